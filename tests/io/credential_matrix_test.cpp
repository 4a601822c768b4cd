// Each source of credentials against each failure, one test a pair.
#include <gmock/gmock.h>

#include "base/limits.hpp"
#include "tests/io/credential_cases.hpp"

namespace trainwatch::io::credential_matrix_test {
namespace {

using std::chrono::minutes;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

enum class trouble {
    refused,       // nobody listens, or the program is not there
    silent,        // no answer
    busy,          // 503, always
    busy_once,     // 503, then well
    denied,        // an answer that says no
    malformed,     // something else altogether
    truncated,     // half a document
    nothing,       // an empty document
    expired,       // keys whose time is over
    file_missing,  // where the source reads a file
    file_empty,
    file_garbage,
};

struct named_trouble {
    trouble what{};
    const char* name = "";
};

constexpr named_trouble all_troubles[] = {
    {trouble::refused, "refused"},
    {trouble::silent, "silent"},
    {trouble::busy, "busy"},
    {trouble::busy_once, "busy_once"},
    {trouble::denied, "denied"},
    {trouble::malformed, "malformed"},
    {trouble::truncated, "truncated"},
    {trouble::nothing, "nothing"},
    {trouble::expired, "expired"},
    {trouble::file_missing, "file_missing"},
    {trouble::file_empty, "file_empty"},
    {trouble::file_garbage, "file_garbage"},
};

bool reads_a_file(source_kind what) {
    return what == source_kind::web_identity || what == source_kind::container ||
        what == source_kind::single_sign_on;
}

bool is_about_a_file(trouble what) {
    return what == trouble::file_missing || what == trouble::file_empty ||
        what == trouble::file_garbage;
}

// Nothing: keys all the same.
std::optional<error_class> expected(source_kind source, trouble what) {
    const bool is_last = source == source_kind::last_resort;
    const bool is_instance = is_last || source == source_kind::instance;
    const bool is_process = source == source_kind::process;
    switch (what) {
        case trouble::refused:
            return is_last || is_process ? error_class::denied : error_class::transient;
        case trouble::silent:
            return is_last ? error_class::denied : error_class::transient;
        case trouble::busy:
            return is_process ? error_class::denied : error_class::transient;
        case trouble::busy_once:
            if (is_process) return error_class::denied;
            return std::nullopt;
        case trouble::denied:
            return error_class::denied;
        case trouble::malformed:
        case trouble::truncated:
        case trouble::nothing:
            return error_class::malformed;
        case trouble::expired:
            // Static stability: the service has no newer keys, and AWS takes these.
            if (is_instance) return std::nullopt;
            return error_class::denied;
        case trouble::file_missing:
            return error_class::denied;
        case trouble::file_empty:
            // An agent may do without a token; it would refuse us.
            if (source == source_kind::container) return std::nullopt;
            return source == source_kind::web_identity ? error_class::denied
                                                       : error_class::malformed;
        case trouble::file_garbage:
            return source == source_kind::single_sign_on ? error_class::malformed
                                                         : error_class::denied;
    }
    return std::nullopt;
}

struct pair {
    source_kind source{};
    named_trouble trouble{};
};

std::string name_of(const testing::TestParamInfo<pair>& of) {
    return to_string(of.param.source) + "_" + of.param.trouble.name;
}

void PrintTo(const pair& what, std::ostream* out) {
    *out << to_string(what.source) << ", " << what.trouble.name;
}

// Static keys ask nobody; not each source reads a file.
std::vector<pair> all_pairs() {
    std::vector<pair> out;
    for (const source_kind source : all_source_kinds) {
        if (source == source_kind::static_keys) continue;
        for (const named_trouble& one : all_troubles) {
            if (!is_about_a_file(one.what) || reads_a_file(source)) out.push_back({source, one});
        }
    }
    return out;
}

class CredentialMatrix : public CredentialWorld, public testing::WithParamInterface<pair> {
protected:
    source_kind source_of() const { return GetParam().source; }
    trouble trouble_of() const { return GetParam().trouble.what; }

    // What is broken is the last link: the metadata service of a role's instance is well.
    bool is_spared(const asked& what) const {
        return source_of() == source_kind::role_of_instance && !what.to.tls;
    }

    void break_it() {
        world->answer = [this](const asked& what) -> reply {
            return is_spared(what) ? healthy(what) : broken(what);
        };
        world->program = [this](const std::vector<std::string>&) { return broken_program(); };
        if (trouble_of() == trouble::file_missing) world->files.clear();
        if (trouble_of() == trouble::file_empty) world->files["/var/token"] = "";
        if (trouble_of() == trouble::file_garbage) world->files["/var/token"] = "a\nb";
    }

    reply broken(const asked& what) {
        switch (trouble_of()) {
            case trouble::refused:
                return refused_connection(what.to.host_header());
            case trouble::silent:
                return played_state::silence{};
            case trouble::busy:
                return wire::http_response{503, {}, ""};
            case trouble::busy_once:
                if (busy_answers++ % 2 == 0) return wire::http_response{503, {}, ""};
                return healthy(what);
            case trouble::denied:
                return refusal(what);
            case trouble::malformed:
                return ok("<html>no such page</html>");
            case trouble::truncated: {
                auto whole = std::get<wire::http_response>(healthy(what));
                // Words without a structure stay whole: a part of a name is a name.
                if (whole.body.find_first_of("<{") == 0) whole.body.resize(whole.body.size() / 2);
                return whole;
            }
            case trouble::nothing:
                return ok("");
            case trouble::expired: {
                life = -minutes(5);
                return healthy(what);
            }
            default:
                return healthy(what);
        }
    }

    static reply refusal(const asked& what) {
        if (what.to.host.rfind("sts.", 0) == 0)
            return sts_refusal(403, "AccessDenied", "not authorized to perform sts:AssumeRole");
        if (what.to.host.rfind("portal.", 0) == 0)
            return wire::http_response{401, {}, R"({"message":"Session token not found"})"};
        return wire::http_response{403, {}, R"({"code":"AccessDenied","message":"no"})"};
    }

    result<std::string> broken_program() {
        const auto told = [](error_class as, std::string detail) {
            return failure{.kind = as, .detail = std::move(detail)};
        };
        switch (trouble_of()) {
            case trouble::refused:
                return told(error_class::denied, "cannot be started: No such file or directory");
            case trouble::silent:
                world->pass(limits::credential_process_deadline);
                return told(error_class::transient, "did not end in time and was killed");
            case trouble::busy:
            case trouble::busy_once:
            case trouble::denied:
                return told(error_class::denied, "ended with exit code 1");
            case trouble::malformed:
                return std::string("<html>no such page</html>");
            case trouble::truncated:
                return process_document("AKID", expires()).substr(0, 60);
            case trouble::nothing:
                return std::string();
            case trouble::expired:
                return process_document("AKID", world->now.wall - minutes(5));
            default:
                return process_document("AKID", expires());
        }
    }

    void expect_readable(const failure& why) {
        expect_cure(why);
        EXPECT_THAT(why.detail, Not(IsEmpty()));
        EXPECT_THAT(why.detail + why.cure, Not(HasSubstr("\n")));
        for (const std::string& secret : all_secrets)
            EXPECT_THAT(why.detail + why.cure + why.remote_code, Not(HasSubstr(secret)));
        // Which of them failed can be read.
        const bool is_role = !plan.roles.empty();
        const bool is_last = source_of() == source_kind::last_resort;
        if (is_last) {
            EXPECT_THAT(why.detail, HasSubstr("instance metadata"));
        } else {
            EXPECT_THAT(why.detail, HasSubstr(is_role ? plan.roles[0].role_arn : plan.source));
        }
    }

    // Trying again does not help: somebody has to act. Without any source the plan says how.
    void expect_cure(const failure& why) const {
        const bool is_final = why.kind == error_class::denied || why.kind == error_class::malformed;
        if (!is_final || source_of() == source_kind::last_resort) return;
        EXPECT_THAT(why.cure, Not(IsEmpty())) << why.detail;
    }

    int busy_answers = 0;
};

TEST_P(CredentialMatrix, first_keys) {
    use(source_of());
    break_it();
    const auto want = expected(source_of(), trouble_of());
    const mono_time begun = world->now.mono;
    const auto keys = current();
    if (!want) {
        ASSERT_TRUE(keys) << keys.error().detail;
        EXPECT_EQ((*keys)->secret_access_key, "wJalrXUtnFEMI");
        return;
    }
    ASSERT_FALSE(keys);
    const failure why = keys.error();
    EXPECT_EQ(to_string(why.kind), to_string(*want)) << why.detail;
    expect_readable(why);
    ASSERT_EQ(news.size(), 1U);
    EXPECT_EQ(news[0].error(), why);
    // Neither for long nor with many calls.
    EXPECT_LE(world->now.mono - begun, minutes(2));
    EXPECT_LE(world->requests.size(), 8U);

    // Polls in between ask nobody.
    const std::size_t asked_before = world->requests.size() + world->programs;
    EXPECT_EQ(current().error(), why);
    EXPECT_EQ(world->requests.size() + world->programs, asked_before);

    // Once it is well again there are keys, within a minute.
    life = std::chrono::hours(1);
    make_healthy();
    world->pass(limits::keys_backoff_max);
    const auto later = current();
    ASSERT_TRUE(later) << later.error().detail;
    EXPECT_EQ((*later)->secret_access_key, "wJalrXUtnFEMI");
    EXPECT_TRUE(news.back().has_value());
}

TEST_P(CredentialMatrix, renewal) {
    use(source_of());
    const auto first = current();
    ASSERT_TRUE(first) << first.error().detail;
    break_it();
    // Good for another eight minutes: whatever happens, they are used.
    world->pass(minutes(52));
    const auto kept = current();
    ASSERT_TRUE(kept) << kept.error().detail;
    settle();
    ASSERT_TRUE(current());
    const auto want = expected(source_of(), trouble_of());
    if (want && trouble_of() != trouble::expired) {
        EXPECT_EQ(*kept, *first);
        ASSERT_FALSE(news.back());
        expect_readable(news.back().error());
    }

    // Their time is over: an error, but for those of the metadata service.
    world->pass(minutes(30));
    const auto over = current();
    const bool is_instance =
        source_of() == source_kind::instance || source_of() == source_kind::last_resort;
    EXPECT_EQ(over.has_value(), !want || is_instance);
    if (!over) {
        expect_readable(over.error());
    }
}

INSTANTIATE_TEST_SUITE_P(Each, CredentialMatrix, testing::ValuesIn(all_pairs()), name_of);

}  // namespace
}  // namespace trainwatch::io::credential_matrix_test
