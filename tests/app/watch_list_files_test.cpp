#include "app/watch_list_files.hpp"

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/settings_file.hpp"

namespace trainwatch::app::watch_list_files_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr const char* configuration =
    "connections: [{name: c, regions: [eu-west-1]}]\n"
    "watch_lists: [{name: own, jobs: [inline-1]}]\n"
    "watch_list_files: [lists.d/*.yaml]\n";

failure no_such(const std::string& path) {
    failure why;
    why.kind = error_class::not_found;
    why.detail = path + ": No such file or directory";
    return why;
}

// A folder of files in memory, which may be changed between two loads.
class WatchListFiles : public testing::Test {
protected:
    WatchListFiles() {
        files_["/etc/t/t.yaml"] = configuration;
        files_["/etc/t/lists.d/vision.yaml"] = "jobs: [v-1]\nmatch: {name: 'vision-*'}\n";
        files_["/etc/t/lists.d/audio.yaml"] = "name: speech\njobs: [s-1]\n";
    }

    file_access access() {
        return {
            [this](const std::string& path) -> result<std::string> {
                const auto at = files_.find(path);
                if (at == files_.end()) return no_such(path);
                return at->second;
            },
            [this](const std::string& folder) -> result<std::vector<std::string>> {
                std::vector<std::string> names;
                for (const auto& [path, text] : files_) {
                    const std::filesystem::path each(path);
                    if (each.parent_path() == folder) names.push_back(each.filename().string());
                }
                if (names.empty()) return no_such(folder);
                return names;
            }};
    }

    loaded_configuration load(const loaded_configuration* previous = nullptr) {
        auto loaded = load_settings("/etc/t/t.yaml", aws_files{}, access(), previous);
        if (const auto* const mistakes = std::get_if<settings_mistakes>(&loaded)) {
            ADD_FAILURE() << testing::PrintToString(*mistakes);
            return {};
        }
        return std::get<loaded_configuration>(std::move(loaded));
    }

    settings_mistakes mistakes() {
        const auto loaded = load_settings("/etc/t/t.yaml", aws_files{}, access());
        const auto* const found = std::get_if<settings_mistakes>(&loaded);
        return found == nullptr ? settings_mistakes{} : *found;
    }

    static std::vector<std::string> names(const loaded_configuration& loaded) {
        std::vector<std::string> all;
        for (const auto& list : loaded.settings.watch_lists)
            all.push_back(list.name);
        return all;
    }

    std::map<std::string, std::string> files_{};
};

TEST_F(WatchListFiles, come_before_the_lists_of_the_configuration_sorted_by_name) {
    const auto loaded = load();
    EXPECT_THAT(names(loaded), ElementsAre("speech", "vision", "own"));
    EXPECT_THAT(
        ok_by_path(loaded.files),
        ElementsAre(
            std::pair("/etc/t/lists.d/audio.yaml", true),
            std::pair("/etc/t/lists.d/vision.yaml", true)
        )
    );
}

TEST_F(WatchListFiles, that_are_wrong_are_left_out_and_harm_no_other) {
    files_["/etc/t/lists.d/audio.yaml"] = "name: speech\njob: [s-1]\nstaleness_bound: 5\n";
    const auto loaded = load();
    EXPECT_THAT(names(loaded), ElementsAre("vision", "own"));
    EXPECT_FALSE(loaded.files[0].is_ok());
    EXPECT_FALSE(loaded.files[0].in_force.has_value());
    EXPECT_THAT(
        loaded.files[0].mistakes,
        ElementsAre(
            HasSubstr("/etc/t/lists.d/audio.yaml:1:1: nothing is watched"),
            "/etc/t/lists.d/audio.yaml:2:1: job: unknown key; did you mean \"jobs\"?",
            HasSubstr("/etc/t/lists.d/audio.yaml:3:18: staleness_bound: \"5\" is no duration")
        )
    );
    EXPECT_TRUE(loaded.files[1].is_ok());
}

// Whoever mends the configuration sees them at once.
TEST_F(WatchListFiles, that_are_wrong_are_told_with_the_mistakes_of_the_configuration) {
    files_["/etc/t/lists.d/audio.yaml"] = "name: speech\njob: [s-1]\njobs: [s-2]\n";
    const std::string audio =
        "/etc/t/lists.d/audio.yaml:2:1: job: unknown key; did you mean \"jobs\"?";
    files_["/etc/t/t.yaml"] = std::string("global: {lookbak: 1h}\n") + configuration;
    EXPECT_THAT(mistakes(), ElementsAre(HasSubstr("/etc/t/t.yaml:1:10: global.lookbak"), audio));
    // One that shows later.
    files_["/etc/t/t.yaml"] =
        std::string(configuration) + "receivers: [{name: r, webhook: {url_file: missing}}]\n";
    EXPECT_THAT(mistakes(), ElementsAre(HasSubstr("missing"), audio));
    // Where nobody can tell which files there are.
    files_["/etc/t/t.yaml"] =
        "connections: [{name: c, regions: [eu-west-1]}]\n"
        "watch_lists: [{name: own, jobs: [inline-1]}]\n"
        "watch_list_files: {}\n";
    EXPECT_THAT(mistakes(), testing::SizeIs(1));
}

// Their alerts stay: by the name that these have as their label.
TEST_F(WatchListFiles, that_are_left_out_leave_the_name_of_their_list) {
    EXPECT_THAT(load().settings.left_out_lists, IsEmpty());
    files_["/etc/t/lists.d/audio.yaml"] = "name: speech\njob: [s-1]\n";
    files_["/etc/t/lists.d/vision.yaml"] = "jobs: [";
    files_["/etc/t/lists.d/no name.yaml"] = "jobs: [";
    EXPECT_THAT(load().settings.left_out_lists, UnorderedElementsAre("speech", "vision"));
    // The connection that they name is called otherwise now, as is one of the lists.
    for (const auto* file : {"audio", "vision"}) {
        const std::string path = "/etc/t/lists.d/" + std::string(file) + ".yaml";
        files_[path] =
            "name: was-" + std::string(file) + "\njobs: [" + file + "-1]\nconnections: [c]\n";
    }
    files_.erase("/etc/t/lists.d/no name.yaml");
    auto before = load();
    EXPECT_THAT(before.settings.left_out_lists, IsEmpty());
    files_["/etc/t/t.yaml"].replace(std::string("connections: [{name: ").size(), 1, "d");
    files_["/etc/t/lists.d/audio.yaml"] += "name: twice\n";
    EXPECT_THAT(
        load(&before).settings.left_out_lists, UnorderedElementsAre("was-audio", "was-vision")
    );
    files_.erase("/etc/t/lists.d/audio.yaml");
    EXPECT_THAT(load(&before).settings.left_out_lists, UnorderedElementsAre("was-vision"));
}

TEST_F(WatchListFiles, that_become_wrong_keep_their_last_good_version) {
    auto loaded = load();
    files_["/etc/t/lists.d/vision.yaml"] = "jobs: [v-1, v-2";
    loaded = load(&loaded);
    EXPECT_THAT(names(loaded), ElementsAre("speech", "vision", "own"));
    EXPECT_THAT(loaded.settings.watch_lists[1].jobs, ElementsAre("v-1"));
    EXPECT_FALSE(loaded.files[1].is_ok());
    // Again, as it stays wrong; then it is mended.
    loaded = load(&loaded);
    EXPECT_THAT(loaded.settings.watch_lists[1].jobs, ElementsAre("v-1"));
    files_["/etc/t/lists.d/vision.yaml"] = "jobs: [v-1, v-2]";
    loaded = load(&loaded);
    EXPECT_THAT(loaded.settings.watch_lists[1].jobs, ElementsAre("v-1", "v-2"));
    EXPECT_TRUE(loaded.files[1].is_ok());
}

TEST_F(WatchListFiles, that_are_removed_take_their_list_with_them) {
    auto loaded = load();
    files_.erase("/etc/t/lists.d/vision.yaml");
    loaded = load(&loaded);
    EXPECT_THAT(names(loaded), ElementsAre("speech", "own"));
    EXPECT_EQ(loaded.files.size(), 1U);
}

TEST_F(WatchListFiles, are_blamed_for_a_job_that_another_list_names) {
    files_["/etc/t/lists.d/audio.yaml"] = "name: speech\njobs: [s-1, inline-1]\n";
    files_["/etc/t/lists.d/vision.yaml"] = "jobs: [v-1,\n  s-1]\n";
    auto loaded = load();
    EXPECT_THAT(names(loaded), ElementsAre("vision", "own"));
    EXPECT_THAT(
        loaded.files[0].mistakes,
        ElementsAre("/etc/t/lists.d/audio.yaml:2:13: jobs[1]: \"inline-1\" is watched by list "
                    "\"own\" already "
                    "(line 2 of the configuration file), in eu-west-1")
    );
    files_["/etc/t/lists.d/audio.yaml"] = "name: speech\njobs: [s-1]\n";
    loaded = load(&loaded);
    // The other one has had s-1 since, and has not changed.
    EXPECT_THAT(names(loaded), ElementsAre("vision", "own"));
    EXPECT_THAT(
        loaded.files[0].mistakes,
        ElementsAre("/etc/t/lists.d/audio.yaml:2:8: jobs[0]: \"s-1\" is watched by list "
                    "\"vision\" already "
                    "(line 2 of /etc/t/lists.d/vision.yaml), in eu-west-1")
    );
}

TEST_F(WatchListFiles, are_blamed_for_a_name_that_is_taken) {
    files_["/etc/t/lists.d/own.yaml"] = "jobs: [x]";
    files_["/etc/t/lists.d/zero.yaml"] = "name: vision\njobs: [y]";
    const auto loaded = load();
    EXPECT_THAT(names(loaded), ElementsAre("speech", "vision", "own"));
    EXPECT_THAT(
        loaded.files[1].mistakes,
        ElementsAre(HasSubstr("another watch list is called \"own\" (line 2 of the configuration"))
    );
    EXPECT_THAT(
        loaded.files[3].mistakes,
        ElementsAre(
            HasSubstr("zero.yaml:1:7: name: another watch list is called \"vision\" (line 1 of "
                      "/etc/t/lists.d/vision.yaml)")
        )
    );
}

// The configuration is all or nothing, and nobody else's file can keep it from being good: what it
// claims anew is its own.
TEST_F(WatchListFiles, lose_a_former_version_that_the_configuration_contradicts) {
    auto loaded = load();
    files_["/etc/t/lists.d/vision.yaml"] = "broken: [";
    files_["/etc/t/t.yaml"] =
        "connections: [{name: c, regions: [eu-west-1]}]\n"
        "watch_lists: [{name: own, jobs: [inline-1, v-1]}]\n"
        "watch_list_files: lists.d/*.yaml\n";
    loaded = load(&loaded);
    EXPECT_THAT(names(loaded), ElementsAre("speech", "own"));
    EXPECT_FALSE(loaded.files[1].in_force.has_value());
    // It is not forgotten: the configuration takes its claim back, and the file is still broken.
    files_["/etc/t/t.yaml"] = configuration;
    loaded = load(&loaded);
    EXPECT_THAT(names(loaded), ElementsAre("speech", "vision", "own"));
    EXPECT_FALSE(loaded.files[1].is_ok());
}

TEST_F(WatchListFiles, whose_name_is_taken_for_one_reload_get_their_list_back) {
    auto loaded = load();
    files_["/etc/t/t.yaml"] =
        "connections: [{name: c, regions: [eu-west-1]}]\n"
        "watch_lists: [{name: vision, jobs: [inline-1]}]\n"
        "watch_list_files: [lists.d/*.yaml]\n";
    loaded = load(&loaded);
    EXPECT_THAT(names(loaded), ElementsAre("speech", "vision"));
    EXPECT_THAT(loaded.files[1].mistakes, ElementsAre(HasSubstr("another watch list is called")));
    files_["/etc/t/lists.d/vision.yaml"] = "jobs: [v-1";
    files_["/etc/t/t.yaml"] = configuration;
    loaded = load(&loaded);
    EXPECT_THAT(names(loaded), ElementsAre("speech", "vision", "own"));
    EXPECT_THAT(loaded.settings.watch_lists[1].jobs, ElementsAre("v-1"));
}

// Whoever changes something is to blame for what does not fit any more, also where the other's file
// comes later by its name.
TEST_F(WatchListFiles, that_have_not_changed_keep_what_another_takes) {
    auto loaded = load();
    files_["/etc/t/lists.d/audio.yaml"] = "name: vision\njobs: [s-1]\n";
    loaded = load(&loaded);
    EXPECT_THAT(names(loaded), ElementsAre("speech", "vision", "own"));
    EXPECT_THAT(loaded.settings.watch_lists[1].jobs, ElementsAre("v-1"));
    EXPECT_THAT(
        loaded.files[0].mistakes,
        ElementsAre(
            HasSubstr("audio.yaml:1:7: name: another watch list is called \"vision\" (line 1 "
                      "of /etc/t/lists.d/vision.yaml)")
        )
    );
    EXPECT_TRUE(loaded.files[1].is_ok());
    files_["/etc/t/lists.d/audio.yaml"] = "name: speech\njobs: [v-1]\n";
    loaded = load(&loaded);
    EXPECT_THAT(loaded.settings.watch_lists[0].jobs, ElementsAre("s-1"));
    EXPECT_TRUE(loaded.files[1].is_ok());
    // Two that change places with each other are both right.
    files_["/etc/t/lists.d/audio.yaml"] = "name: vision\njobs: [s-1]\n";
    files_["/etc/t/lists.d/vision.yaml"] = "name: speech\njobs: [v-1]\n";
    loaded = load(&loaded);
    EXPECT_THAT(names(loaded), ElementsAre("vision", "speech", "own"));
}

// Nor does it help that the other's file has changed as well, as long as that leaves all as it was.
TEST_F(WatchListFiles, that_change_harmlessly_keep_what_another_takes) {
    auto loaded = load();
    files_["/etc/t/lists.d/audio.yaml"] = "name: speech\njobs: [s-1, v-1]\n";
    files_["/etc/t/lists.d/vision.yaml"] = "jobs: [v-1, v-2]\nlabels: {owner: ada}\n";
    loaded = load(&loaded);
    EXPECT_THAT(names(loaded), ElementsAre("speech", "vision", "own"));
    EXPECT_THAT(loaded.settings.watch_lists[0].jobs, ElementsAre("s-1"));
    EXPECT_THAT(loaded.settings.watch_lists[1].jobs, ElementsAre("v-1", "v-2"));
    EXPECT_THAT(loaded.files[0].mistakes, ElementsAre(HasSubstr("audio.yaml:2:13: jobs[1]")));
    EXPECT_TRUE(loaded.files[1].is_ok());
    // What is handed over is no theft: the giver's change comes first.
    files_["/etc/t/lists.d/vision.yaml"] = "jobs: [v-2]\n";
    loaded = load(&loaded);
    EXPECT_THAT(loaded.settings.watch_lists[0].jobs, ElementsAre("s-1", "v-1"));
    EXPECT_TRUE(loaded.files[0].is_ok());
}

// What a file gives up is its own still while what it wants instead is another's.
TEST_F(WatchListFiles, that_cannot_have_what_they_want_keep_what_they_gave_up_for_it) {
    files_["/etc/t/lists.d/zoo.yaml"] = "jobs: [z-1]\n";
    auto loaded = load();
    files_["/etc/t/lists.d/audio.yaml"] = "name: speech\njobs: [s-1, v-1]\n";
    files_["/etc/t/lists.d/vision.yaml"] = "jobs: [z-1]\n";
    loaded = load(&loaded);
    EXPECT_THAT(names(loaded), ElementsAre("speech", "vision", "zoo", "own"));
    EXPECT_THAT(loaded.settings.watch_lists[0].jobs, ElementsAre("s-1"));
    EXPECT_THAT(loaded.settings.watch_lists[1].jobs, ElementsAre("v-1"));
    EXPECT_THAT(loaded.settings.watch_lists[2].jobs, ElementsAre("z-1"));
    EXPECT_THAT(loaded.files[0].mistakes, ElementsAre(HasSubstr("audio.yaml:2:13: jobs[1]")));
    EXPECT_THAT(loaded.files[1].mistakes, ElementsAre(HasSubstr("vision.yaml:1:8: jobs[0]")));
    EXPECT_TRUE(loaded.files[2].is_ok());
}

// Which is nobody else's business.
TEST_F(WatchListFiles, that_cannot_have_what_they_want_keep_no_others_from_an_exchange) {
    files_["/etc/t/lists.d/zoo.yaml"] = "jobs: [z-1]\n";
    files_["/etc/t/lists.d/one.yaml"] = "jobs: [o-1]\n";
    files_["/etc/t/lists.d/two.yaml"] = "jobs: [t-1]\n";
    auto loaded = load();
    files_["/etc/t/lists.d/audio.yaml"] = "name: speech\njobs: [s-1, v-1]\n";
    files_["/etc/t/lists.d/vision.yaml"] = "jobs: [z-1]\n";
    files_["/etc/t/lists.d/one.yaml"] = "jobs: [t-1]\n";
    files_["/etc/t/lists.d/two.yaml"] = "jobs: [o-1]\n";
    loaded = load(&loaded);
    EXPECT_THAT(names(loaded), ElementsAre("speech", "one", "two", "vision", "zoo", "own"));
    EXPECT_THAT(loaded.settings.watch_lists[0].jobs, ElementsAre("s-1"));
    EXPECT_THAT(loaded.settings.watch_lists[1].jobs, ElementsAre("t-1"));
    EXPECT_THAT(loaded.settings.watch_lists[2].jobs, ElementsAre("o-1"));
    EXPECT_THAT(loaded.settings.watch_lists[3].jobs, ElementsAre("v-1"));
}

// A newcomer does not profit from another's slip, whatever they are called.
TEST_F(WatchListFiles, that_are_broken_keep_their_claims_before_new_ones) {
    auto loaded = load();
    files_["/etc/t/lists.d/vision.yaml"] = "jobs: [v-1";
    files_["/etc/t/lists.d/a-new-one.yaml"] = "name: newcomer\njobs: [v-1]\n";
    loaded = load(&loaded);
    EXPECT_THAT(names(loaded), ElementsAre("speech", "vision", "own"));
    EXPECT_THAT(loaded.files[0].mistakes, ElementsAre(HasSubstr("a-new-one.yaml:2:8: jobs[0]")));
    EXPECT_FALSE(loaded.files[0].in_force.has_value());
    EXPECT_TRUE(loaded.files[2].in_force.has_value());
    // Nor from another's change that it does not fit beside.
    files_["/etc/t/lists.d/vision.yaml"] = "jobs: [v-1, v-2]\n";
    files_["/etc/t/lists.d/a-new-one.yaml"] = "name: newcomer\njobs: [v-2]\n";
    loaded = load(&loaded);
    EXPECT_THAT(names(loaded), ElementsAre("speech", "vision", "own"));
    EXPECT_TRUE(loaded.files[2].is_ok());
}

TEST_F(WatchListFiles, may_be_named_one_by_one_and_be_missing) {
    files_["/etc/t/t.yaml"] =
        "connections: [{name: c, regions: [eu-west-1]}]\n"
        "watch_list_files: [gone.yaml, /etc/t/lists.d/audio.yaml, lists.d/a*.yaml]\n";
    const auto loaded = load();
    EXPECT_THAT(names(loaded), ElementsAre("speech"));
    EXPECT_THAT(
        loaded.files[0].mistakes, ElementsAre("/etc/t/gone.yaml: No such file or directory")
    );
}

TEST_F(WatchListFiles, in_a_folder_that_is_not_there_are_a_mistake_of_the_configuration) {
    files_["/etc/t/t.yaml"] = "watch_list_files: [lists.c/*.yaml]";
    EXPECT_THAT(
        mistakes(),
        ElementsAre("/etc/t/t.yaml:1:20: watch_list_files[0]: /etc/t/lists.c: No such file or "
                    "directory")
    );
    files_["/etc/t/t.yaml"] = "watch_list_files: lists.c/*.yaml";
    EXPECT_THAT(
        mistakes(),
        ElementsAre("/etc/t/t.yaml:1:19: watch_list_files: /etc/t/lists.c: No such file or "
                    "directory")
    );
}

TEST_F(WatchListFiles, that_hold_nothing_or_whole_configurations_say_what_is_wanted) {
    files_["/etc/t/lists.d/audio.yaml"] = "# nothing yet\n";
    files_["/etc/t/lists.d/vision.yaml"] = "watch_lists: [{name: a, jobs: [x]}]";
    files_["/etc/t/lists.d/two words.yaml"] = "jobs: [x]";
    const auto loaded = load();
    EXPECT_THAT(loaded.files[0].mistakes, ElementsAre(HasSubstr("the file is empty")));
    EXPECT_THAT(loaded.files[1].mistakes, ElementsAre(HasSubstr("or give it a \"name\"")));
    EXPECT_THAT(loaded.files[2].mistakes, ElementsAre(HasSubstr("without \"watch_lists\"")));
}

TEST_F(WatchListFiles, are_not_an_editors_hidden_copies) {
    files_["/etc/t/lists.d/.#vision.yaml"] = "broken: [";
    files_["/etc/t/lists.d/vision.yaml~"] = "broken: [";
    EXPECT_EQ(load().files.size(), 2U);
}

// Nobody writes into it: to read it would be to wait for ever.
TEST(WatchListFile, that_is_a_named_pipe_is_not_waited_for) {
    const auto path = std::filesystem::temp_directory_path() /
        ("trainwatch-pipe-" + std::to_string(::getpid()) + ".yaml");
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    std::vector<watch_list_file> files;
    const auto texts = read_watch_list_files({path.string()}, read_file, {}, files);
    std::filesystem::remove(path);
    ASSERT_EQ(texts.size(), 1U);
    EXPECT_FALSE(texts[0].yaml.has_value());
    EXPECT_THAT(files[0].mistakes, ElementsAre(HasSubstr(": a named pipe")));
}

// A terminal blocks likewise, by whatever link a team's file leads there.
TEST(WatchListFile, that_is_a_device_is_not_waited_for) {
    std::vector<watch_list_file> files;
    const auto texts = read_watch_list_files({"/dev/ptmx"}, read_file, {}, files);
    ASSERT_EQ(texts.size(), 1U);
    EXPECT_FALSE(texts[0].yaml.has_value());
    EXPECT_THAT(files[0].mistakes, ElementsAre(HasSubstr("/dev/ptmx: a device")));
}

TEST(FolderListing, tells_files_from_folders) {
    const auto folder = std::filesystem::path(testing::TempDir()) / "trainwatch_lists";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder / "inner");
    std::ofstream(folder / "a.yaml") << "jobs: [x]";
    const auto names = list_folder(folder.string());
    ASSERT_TRUE(names.has_value());
    EXPECT_THAT(*names, UnorderedElementsAre("a.yaml", "inner/"));
    const auto missing = list_folder((folder / "gone").string());
    ASSERT_TRUE(missing.has_error());
    EXPECT_EQ(missing.error().kind, error_class::not_found);
    EXPECT_THAT(missing.error().detail, HasSubstr("gone: No such file"));
    std::filesystem::remove_all(folder);
}

TEST(FolderListing, finds_files_beside_a_configuration_without_a_folder) {
    const auto found = find_watch_list_files(
        "t.yaml",
        "*.yaml",
        [](const std::string& folder) {
            EXPECT_EQ(folder, "");
            return result<std::vector<std::string>>(std::vector<std::string>{"b.yaml", "a.yaml"});
        },
        {}
    );
    ASSERT_TRUE(found.has_value());
    EXPECT_THAT(*found, ElementsAre("a.yaml", "b.yaml"));
}

// Its lists must not go with it: that would end their alerts.
TEST(FolderListing, takes_no_folder_but_for_a_file_that_became_one) {
    const auto list = [](const std::string&) {
        return result<std::vector<std::string>>(std::vector<std::string>{"a.yaml/", "b.yaml"});
    };
    watch_list_file before;
    before.path = "/etc/a.yaml";
    EXPECT_THAT(*find_watch_list_files("/etc/t", "*.yaml", list, {}), ElementsAre("/etc/b.yaml"));
    EXPECT_THAT(
        *find_watch_list_files("/etc/t", "*.yaml", list, {before}),
        ElementsAre("/etc/a.yaml", "/etc/b.yaml")
    );
}

}  // namespace
}  // namespace trainwatch::app::watch_list_files_test
