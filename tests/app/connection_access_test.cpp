#include "app/connection_access.hpp"

#include <map>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trainwatch::app::connection_access_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

environment at_home(wire::aws_variables variables = {}) {
    environment env;
    env.variables = std::move(variables);
    env.home = "/h";
    return env;
}

// Files that may change while they are in use.
using texts = std::map<std::string, std::string>;

file_reader reader_of(std::shared_ptr<const texts> files) {
    return [files](const std::string& path) -> result<std::string> {
        const auto at = files->find(path);
        if (at != files->end()) return at->second;
        failure why;
        why.kind = error_class::not_found;
        why.detail = path + ": No such file or directory";
        return why;
    };
}

file_reader reader_of(const char* config_text) {
    return reader_of(std::make_shared<texts>(texts{{"/h/.aws/config", config_text}}));
}

domain::connection_settings connection(std::vector<std::string> regions = {"eu-west-1"}) {
    domain::connection_settings made;
    made.name = "research";
    made.regions = std::move(regions);
    return made;
}

constexpr const char* keys = "[default]\naws_access_key_id = D\naws_secret_access_key = DS\n";

connection_access resolved(
    const domain::connection_settings& wanted, const environment& env, const file_reader& read
) {
    auto access = resolve_access(wanted, env, read_aws_files(env, read), read);
    if (access.trouble) ADD_FAILURE() << access.trouble->detail;
    return access;
}

std::string refused(
    const domain::connection_settings& wanted, const environment& env, const file_reader& read
) {
    const auto access = resolve_access(wanted, env, read_aws_files(env, read), read);
    const auto again = access.plan_again();
    EXPECT_EQ(again.has_error(), access.trouble.has_value());
    // A client is made of it all the same.
    EXPECT_EQ(access.sagemaker.size(), wanted.regions.size());
    return access.trouble ? access.trouble->detail : "accepted";
}

TEST(ConnectionAccess, has_an_endpoint_for_each_region) {
    const auto access =
        resolved(connection({"eu-west-1", "cn-north-1"}), at_home(), reader_of(keys));
    ASSERT_EQ(access.sagemaker.size(), 2U);
    EXPECT_EQ(access.sagemaker.at("eu-west-1").host, "api.sagemaker.eu-west-1.amazonaws.com");
    EXPECT_EQ(access.sagemaker.at("cn-north-1").host, "api.sagemaker.cn-north-1.amazonaws.com.cn");
    EXPECT_EQ(access.credentials.source, "profile default");
    EXPECT_EQ(access.credentials.sts.region, "eu-west-1");
}

TEST(ConnectionAccess, takes_on_the_role_of_the_connection) {
    auto wanted = connection();
    wanted.role_arn = "arn:aws:iam::111122223333:role/watch";
    wanted.external_id = "agreed";
    const auto access = resolved(wanted, at_home(), reader_of(keys));
    ASSERT_EQ(access.credentials.roles.size(), 1U);
    EXPECT_EQ(access.credentials.roles[0].role_arn, "arn:aws:iam::111122223333:role/watch");
    EXPECT_EQ(access.credentials.roles[0].external_id, "agreed");
    EXPECT_EQ(access.credentials.sts.url, "https://sts.eu-west-1.amazonaws.com");
}

TEST(ConnectionAccess, uses_fips_where_environment_or_profile_say_so) {
    const auto access = resolved(
        connection({"us-east-1"}), at_home({{"AWS_REGION", "fips-us-east-1"}}), reader_of(keys)
    );
    EXPECT_EQ(access.sagemaker.at("us-east-1").host, "api-fips.sagemaker.us-east-1.amazonaws.com");
    auto own = connection({"us-east-1"});
    own.endpoint_url = "https://vpce-1.api.sagemaker.us-east-1.vpce.amazonaws.com";
    EXPECT_EQ(
        refused(own, at_home({{"AWS_USE_FIPS_ENDPOINT", "true"}}), reader_of(keys)),
        "endpoint URL "
        "https://vpce-1.api.sagemaker.us-east-1.vpce.amazonaws.com together with "
        "use_fips_endpoint (configuration, environment or profile): take one of the two away"
    );
}

TEST(ConnectionAccess, trouble_names_the_place) {
    EXPECT_EQ(
        refused(connection(), at_home(), reader_of("[default]\nbroken\n")),
        "/h/.aws/config:2: a property must have an '='"
    );
    EXPECT_THAT(
        refused(connection(), at_home(), reader_of("[default]\nservices = gone\n")),
        StartsWith("profile \"default\": services = gone")
    );
    EXPECT_THAT(
        refused(connection(), at_home({{"AWS_MAX_ATTEMPTS", "x"}}), reader_of(keys)),
        StartsWith("AWS_MAX_ATTEMPTS: ")
    );
    EXPECT_THAT(
        refused(connection(), at_home({{"AWS_EC2_METADATA_DISABLED", "true"}}), reader_of("")),
        HasSubstr("(profile: in the configuration, or AWS_PROFILE)")
    );
}

TEST(ConnectionAccess, of_a_command_speaks_of_flags_and_of_no_connection) {
    const auto env = at_home({{"AWS_EC2_METADATA_DISABLED", "true"}});
    const auto read = reader_of("");
    auto wanted = connection();
    const auto none = resolve_command_access(wanted, env, read_aws_files(env, read), read);
    ASSERT_TRUE(none.trouble.has_value());
    EXPECT_THAT(none.trouble->detail, StartsWith("no AWS keys: "));
    EXPECT_THAT(none.trouble->detail, HasSubstr("(--profile, or AWS_PROFILE)"));
    wanted.profile = "wrok";
    const auto wrong = resolve_command_access(wanted, env, read_aws_files(env, read), read);
    ASSERT_TRUE(wrong.trouble.has_value());
    EXPECT_THAT(wrong.trouble->detail, StartsWith("there is no profile \"wrok\""));
}

TEST(ConnectionAccess, notes_what_is_done_otherwise_than_asked) {
    const auto env = at_home({{"AWS_RETRY_MODE", "legacy"}, {"AWS_MAX_ATTEMPTS", "5"}});
    const auto access = resolved(connection(), env, reader_of(keys));
    EXPECT_THAT(access.notes, ElementsAre("AWS_RETRY_MODE: legacy is treated as standard"));
    EXPECT_EQ(access.retries.attempts_max, 5);
}

TEST(ConnectionAccess, plans_again_from_the_files_as_they_are_then) {
    const auto files = std::make_shared<texts>(texts{{"/h/.aws/config", keys}});
    const auto access = resolved(connection(), at_home(), reader_of(files));
    const auto id = [&] {
        const auto plan = access.plan_again();
        if (plan.has_error()) return plan.error().detail;
        return std::get<domain::static_keys>(plan->base).keys.access_key_id;
    };
    EXPECT_EQ(id(), "D");
    (*files)["/h/.aws/config"] = "[default]\naws_access_key_id = N\naws_secret_access_key = NS\n";
    EXPECT_EQ(id(), "N");
    (*files)["/h/.aws/config"] = "[default]\nhalf\n";
    EXPECT_EQ(id(), "/h/.aws/config:2: a property must have an '='");
}

}  // namespace
}  // namespace trainwatch::app::connection_access_test
