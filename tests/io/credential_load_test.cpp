// Keys that expire while many polls are under way.
#include <charconv>

#include <gmock/gmock.h>

#include "io/sagemaker_client.hpp"
#include "tests/io/credential_cases.hpp"
#include "tests/io/scripted_server.hpp"

namespace trainwatch::io::credential_load_test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr int rounds = 90;
constexpr int polls_a_round = 20;

const std::string answer_body =
    R"({"TrainingJobName":"resnet-1","TrainingJobArn":)"
    R"("arn:aws:sagemaker:eu-west-1:111122223333:training-job/resnet-1",)"
    R"("TrainingJobStatus":"InProgress","SecondaryStatus":"Training",)"
    R"("CreationTime":1763890000.123})";

std::string header(const std::string& request, const std::string& name) {
    const auto at = request.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const auto begin = at + name.size() + 4;
    return request.substr(begin, request.find("\r\n", begin) - begin);
}

class CredentialLoad : public CredentialWorld {
protected:
    // Hours of polls, a few minutes apart, many at a time.
    void poll_for_hours() {
        std::deque<std::vector<step>> script;
        for (int i = 0; i < 400; ++i)
            script.push_back(std::vector<step>(rounds * polls_a_round, step{http_ok(answer_body)}));
        scripted_server server(on, std::move(script));
        const played_clock time(world);
        const auto client = create_sagemaker_client(
            {server.origin(), "eu-west-1", "trainwatchd/1", {}}, *source, time
        );
        for (int i = 0; i < rounds; ++i) {
            const int before = answered;
            for (int k = 0; k < polls_a_round; ++k)
                on.spawn(poll(*client, time));
            on.run_until([&] { return answered == before + polls_a_round; });
            world->pass(minutes(4));
        }
        client->close();
        server_requests = server.requests();
    }

    task<void> poll(sagemaker_client& with, const clock& time) {
        std::string name = "resnet-1";
        const mono_time deadline = time.now().mono + minutes(1);
        const auto answer = co_await with.describe(std::move(name), deadline);
        ++answered;
        if (!answer.outcome) failures.push_back(answer.outcome.error().detail);
    }

    // Each was signed with keys whose time was not over.
    void expect_good_signatures() {
        ASSERT_EQ(server_requests.size(), std::size_t(rounds * polls_a_round));
        for (const std::string& request : server_requests) {
            const std::string signature = header(request, "Authorization");
            const auto at = signature.find("Credential=AKID") + 15;
            std::size_t number = 0;
            std::from_chars(&signature[at], &signature[signature.find('/', at)], number);
            ASSERT_GE(number, 1U);
            ASSERT_LE(number, ends.size());
            EXPECT_LT(header(request, "X-Amz-Date"), iso8601_basic(ends[number - 1])) << number;
        }
    }

    // Counts fetches under way, and what they gave.
    reply watched(const asked& what) {
        const reply out = healthy(what);
        while (ends.size() < static_cast<std::size_t>(fetches))
            ends.push_back(expires());
        return out;
    }

    int answered = 0;
    std::vector<std::string> failures{};
    std::vector<std::string> server_requests{};
    std::vector<wall_time> ends{};
};

TEST_F(CredentialLoad, expiries_fail_no_poll) {
    use(source_kind::container);
    world->answer = [this](const asked& what) { return watched(what); };
    poll_for_hours();
    EXPECT_THAT(failures, testing::IsEmpty());
    expect_good_signatures();
    // Six hours of keys for an hour: one fetch before each end.
    EXPECT_GE(world->requests.size(), 6U);
    EXPECT_LE(world->requests.size(), 9U);
}

TEST_F(CredentialLoad, chain_of_roles_fails_no_poll) {
    use(source_kind::role_of_instance);
    world->answer = [this](const asked& what) { return watched(what); };
    poll_for_hours();
    EXPECT_THAT(failures, testing::IsEmpty());
    expect_good_signatures();
    EXPECT_LE(fetches, 18);
}

TEST_F(CredentialLoad, service_that_fails_now_and_then_fails_no_poll) {
    // Keys of 45 minutes; each second question is answered 503, or not at all.
    use(source_kind::container);
    life = minutes(45);
    int questions = 0;
    world->answer = [&](const asked& what) -> reply {
        ++questions;
        if (questions > 1 && questions % 4 == 2) return wire::http_response{503, {}, ""};
        if (questions > 1 && questions % 4 == 0) return refused_connection(what.to.host);
        return watched(what);
    };
    poll_for_hours();
    EXPECT_THAT(failures, testing::IsEmpty());
    expect_good_signatures();
}

TEST_F(CredentialLoad, outage_shorter_than_the_window_fails_no_poll) {
    use(source_kind::container);
    const mono_time begun = world->now.mono;
    world->answer = [&, begun](const asked& what) -> reply {
        // Ten minutes of each hour, across the time of renewal.
        const auto minute = (what.when.mono - begun) % hours(1);
        if (minute >= minutes(44) && minute < minutes(54)) return refused_connection(what.to.host);
        return watched(what);
    };
    poll_for_hours();
    EXPECT_THAT(failures, testing::IsEmpty());
    expect_good_signatures();
}

}  // namespace
}  // namespace trainwatch::io::credential_load_test
