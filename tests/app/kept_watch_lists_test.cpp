#include "app/kept_watch_lists.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/settings_file.hpp"
#include "tests/support/scratch_folder.hpp"

namespace trainwatch::app::kept_watch_lists_test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

watch_list_file good(std::string path, std::string text) {
    return {std::move(path), {}, text, text};
}

// The storage and, beside it, a configuration with the files of two teams.
class KeptWatchLists : public testing::Test {
protected:
    KeptWatchLists() {
        fs::create_directory(teams());
        write(
            config(),
            "watch_lists: [{name: own, regions: [eu-west-1], jobs: [own-1]}]\n"
            "watch_list_files: [teams/*.yaml]\n"
        );
        write(team("audio"), "regions: [eu-west-1]\njobs: [audio-1]\n");
        write(team("vision"), "regions: [eu-west-1]\njobs: [vision-1]\n");
    }

    fs::path teams() const { return fs::path(scratch_.path()) / "teams"; }
    std::string config() const { return (fs::path(scratch_.path()) / "t.yaml").string(); }
    std::string team(const std::string& name) const {
        return (teams() / (name + ".yaml")).string();
    }
    std::string folder() const { return kept_watch_lists_folder(scratch_.path()); }
    std::string copy_of(const std::string& path) const { return folder() + "/" + kept_name(path); }

    static void write(const std::string& path, const std::string& text) {
        std::ofstream(path, std::ios::binary) << text;
    }
    static mode_t rights_of(const std::string& path) {
        struct stat facts {};
        EXPECT_EQ(::stat(path.c_str(), &facts), 0) << path;
        return facts.st_mode & 0777U;
    }
    std::vector<std::string> names() const {
        std::vector<std::string> found;
        for (const auto& entry : fs::directory_iterator(folder()))
            found.push_back(entry.path().filename().string());
        std::sort(found.begin(), found.end());
        return found;
    }

    // As the daemon starts: with what was kept, and then it is kept.
    loaded_configuration start() {
        const loaded_configuration before{{}, read_kept_watch_lists(folder()).files, {}};
        auto loaded = load_settings(config(), aws_files{}, machine_files(), &before);
        if (const auto* const mistakes = std::get_if<settings_mistakes>(&loaded)) {
            ADD_FAILURE() << testing::PrintToString(*mistakes);
            return {};
        }
        auto& configuration = std::get<loaded_configuration>(loaded);
        EXPECT_TRUE(keep_watch_lists(folder(), configuration.files).has_value());
        return std::move(configuration);
    }
    static std::vector<std::string> jobs(const loaded_configuration& loaded) {
        std::vector<std::string> all;
        for (const auto& list : loaded.settings.watch_lists)
            all.insert(all.end(), list.jobs.begin(), list.jobs.end());
        return all;
    }

    test_support::scratch_folder scratch_{};
};

TEST_F(KeptWatchLists, give_a_file_that_is_broken_at_a_start_its_last_good_version) {
    EXPECT_THAT(jobs(start()), ElementsAre("audio-1", "vision-1", "own-1"));
    write(team("vision"), "regions: [eu-west-1]\njobs: [vision-1, vision-2");
    // Again and again, as long as it is broken.
    for (int starts = 0; starts < 3; ++starts) {
        const auto loaded = start();
        EXPECT_THAT(jobs(loaded), ElementsAre("audio-1", "vision-1", "own-1"));
        EXPECT_FALSE(loaded.files[1].is_ok());
        EXPECT_THAT(what_is_in_force(loaded.files[1]), HasSubstr("last good version stays"));
    }
    write(team("vision"), "regions: [eu-west-1]\njobs: [vision-2]");
    EXPECT_THAT(jobs(start()), ElementsAre("audio-1", "vision-2", "own-1"));
    write(team("vision"), "");
    EXPECT_THAT(jobs(start()), ElementsAre("audio-1", "vision-2", "own-1"));
}

TEST_F(KeptWatchLists, stand_in_where_a_folder_has_the_files_name) {
    start();
    fs::remove(team("vision"));
    fs::create_directory(team("vision"));
    const auto loaded = start();
    EXPECT_THAT(jobs(loaded), ElementsAre("audio-1", "vision-1", "own-1"));
    EXPECT_FALSE(loaded.files[1].is_ok());
}

TEST_F(KeptWatchLists, go_with_a_file_that_goes) {
    start();
    fs::remove(team("vision"));
    EXPECT_THAT(jobs(start()), ElementsAre("audio-1", "own-1"));
    EXPECT_THAT(names(), ElementsAre(kept_name(team("audio"))));
    // Nothing of it comes back with a broken file of the same name.
    write(team("vision"), "jobs: [");
    EXPECT_THAT(jobs(start()), ElementsAre("audio-1", "own-1"));
}

// As at a reload, which changes nothing then: nobody knows whose lists are gone.
TEST_F(KeptWatchLists, survive_a_start_that_finds_no_folder) {
    start();
    fs::rename(teams(), scratch_.path() / "elsewhere");
    const loaded_configuration before{{}, read_kept_watch_lists(folder()).files, {}};
    const auto refused = load_settings(config(), aws_files{}, machine_files(), &before);
    EXPECT_TRUE(std::holds_alternative<settings_mistakes>(refused));
    fs::rename(scratch_.path() / "elsewhere", teams());
    write(team("vision"), "jobs: [");
    EXPECT_THAT(jobs(start()), ElementsAre("audio-1", "vision-1", "own-1"));
}

TEST_F(KeptWatchLists, outlive_a_start_at_which_the_configuration_has_the_lists_name) {
    start();
    const std::string own =
        "watch_list_files: [teams/*.yaml]\n"
        "watch_lists: [{name: vision, regions: [eu-west-1], jobs: [own-1]}]\n";
    write(config(), own);
    EXPECT_THAT(jobs(start()), ElementsAre("audio-1", "own-1"));
    write(team("vision"), "jobs: [");
    EXPECT_THAT(jobs(start()), ElementsAre("audio-1", "own-1"));
    write(config(), "watch_list_files: [teams/*.yaml]\n");
    EXPECT_THAT(jobs(start()), ElementsAre("audio-1", "vision-1"));
}

TEST_F(KeptWatchLists, are_for_the_owner_alone) {
    const auto before = ::umask(0);
    start();
    ::umask(before);
    EXPECT_EQ(rights_of(folder()), 0700U);
    EXPECT_EQ(rights_of(copy_of(team("audio"))), 0600U);
}

TEST_F(KeptWatchLists, are_written_only_when_the_text_differs) {
    start();
    struct stat first {};
    struct stat second {};
    ASSERT_EQ(::stat(copy_of(team("audio")).c_str(), &first), 0);
    write(team("vision"), "regions: [eu-west-1]\njobs: [vision-3]\n");
    start();
    ASSERT_EQ(::stat(copy_of(team("audio")).c_str(), &second), 0);
    EXPECT_EQ(first.st_ino, second.st_ino);
    EXPECT_EQ(first.st_mtim.tv_nsec, second.st_mtim.tv_nsec);
    EXPECT_THAT(names(), SizeIs(2));
}

TEST_F(KeptWatchLists, that_are_damaged_are_told_and_not_used) {
    start();
    auto text = kept_text(good(team("vision"), "regions: [eu-west-1]\njobs: [vision-1]\n"));
    text.replace(text.find("vision-1"), 8, "vision-2");
    write(copy_of(team("vision")), text);
    write(team("vision"), "jobs: [");
    const auto kept = read_kept_watch_lists(folder());
    EXPECT_THAT(kept.problems, ElementsAre(HasSubstr("damaged, and not used")));
    EXPECT_THAT(kept.files, SizeIs(1));
    EXPECT_THAT(jobs(start()), ElementsAre("audio-1", "own-1"));
}

TEST_F(KeptWatchLists, that_were_being_written_are_swept_and_what_is_not_theirs_stays) {
    start();
    write(copy_of(team("audio")) + ".new", "half a");
    write(folder() + "/notes.yaml", "of somebody");
    start();
    EXPECT_THAT(
        names(), ElementsAre(kept_name(team("audio")), "notes.yaml", kept_name(team("vision")))
    );
}

TEST_F(KeptWatchLists, that_cannot_be_written_are_a_failure_with_its_place) {
    write(folder(), "a file is in the way");
    const auto done = keep_watch_lists(folder(), {good("/etc/t/a.yaml", "jobs: [a]")});
    ASSERT_TRUE(done.has_error());
    EXPECT_THAT(done.error().detail, HasSubstr(folder()));
    EXPECT_THAT(read_kept_watch_lists(folder()).problems, ElementsAre(HasSubstr(folder())));
}

TEST_F(KeptWatchLists, of_a_first_start_are_none_and_no_problem) {
    const auto kept = read_kept_watch_lists(scratch_.path() / "nothing");
    EXPECT_THAT(kept.files, IsEmpty());
    EXPECT_THAT(kept.problems, IsEmpty());
}

TEST(KeptText, gives_back_what_it_was_made_of) {
    for (const std::string path : {"/etc/t/a.yaml", "teams/two words.yaml", "/a\nb%41/\xFF.yaml"}) {
        for (const std::string text : {"", "jobs: [a]\n", "# path: /etc/passwd\n# checksum: 0\n"}) {
            auto file = good(path, text);
            file.in_force.reset();
            EXPECT_EQ(read_kept_text(kept_text(file)), file) << path;
        }
    }
}

TEST(KeptText, that_is_cut_anywhere_is_none) {
    const auto text = kept_text(good("/etc/t/a.yaml", "jobs: [a]\n"));
    for (std::size_t size = 0; size < text.size(); ++size)
        EXPECT_EQ(read_kept_text(text.substr(0, size)), std::nullopt) << size;
}

TEST(KeptText, has_a_name_that_every_file_system_takes) {
    EXPECT_THAT(kept_name("/etc/t/vision.yaml"), testing::MatchesRegex("vision-[0-9a-f]+\\.yaml"));
    EXPECT_NE(kept_name("/etc/t/vision.yaml"), kept_name("/etc/u/vision.yaml"));
    EXPECT_LE(kept_name("/etc/" + std::string(255, '\xFF')).size(), 250U);
    EXPECT_THAT(kept_name("/"), testing::MatchesRegex("-[0-9a-f]+\\.yaml"));
}

}  // namespace
}  // namespace trainwatch::app::kept_watch_lists_test
