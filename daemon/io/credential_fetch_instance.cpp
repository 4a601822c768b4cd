#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "io/credential_fetch.hpp"
#include "io/instance_metadata.hpp"
#include "wire/credential_documents.hpp"

namespace trainwatch::io {

namespace {

constexpr std::string_view old_path = "/latest/meta-data/iam/security-credentials/";
// The newer one adds the account.
constexpr std::string_view new_path = "/latest/meta-data/iam/security-credentials-extended/";

bool is_role_name(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char one) {
        return (one >= '0' && one <= '9') || (one >= 'a' && one <= 'z') ||
            (one >= 'A' && one <= 'Z') ||
            std::string_view("+=,.@-_").find(one) != std::string_view::npos;
    });
}

class instance_fetcher final : public key_fetcher {
public:
    instance_fetcher(
        const domain::instance_metadata& what, wire::url url, const fetch_context& context
    )
        : what_(what)
        , source_(context.source)
        , service_(what, std::move(url), context.user_agent, context.world) {}

    task<result<fetched_keys>> fetch() override {
        has_no_role_ = false;
        auto keys = co_await find_keys();
        if (!keys) co_return explained(keys.error());
        was_there_ = true;
        co_return fetched_keys{std::move(*keys), offset_, true};
    }

    std::string where_to_look() const override {
        return "check that the instance metadata service at " + service_.where() +
            " can be reached (a container on EC2 needs a hop limit of 2)";
    }

private:
    enum class path { unknown, extended, old };

    task<result<domain::aws_credentials>> find_keys() {
        const bool is_remembered = what_.instance_profile.empty() && !role_.empty();
        if (!what_.instance_profile.empty()) role_ = what_.instance_profile;
        if (role_.empty()) {
            const auto listed = co_await list_role();
            if (!listed) co_return listed.error();
        }
        auto found = co_await read_keys();
        // The instance was given another profile meanwhile.
        if (!found && found.error().kind == error_class::not_found && is_remembered) {
            role_.clear();
            const auto listed = co_await list_role();
            if (!listed) co_return listed.error();
            found = co_await read_keys();
        }
        if (!found && found.error().kind == error_class::not_found) role_.clear();
        co_return found;
    }

    task<result<void>> list_role() {
        auto answer = http_answer{};
        if (path_ != path::old) {
            const std::string target(new_path);
            auto asked = co_await service_.get(target);
            if (!asked) co_return asked.error();
            answer = std::move(*asked);
        }
        path found = path::extended;
        if (path_ == path::old || (path_ == path::unknown && answer.response.status == 404)) {
            const std::string target(old_path);
            auto asked = co_await service_.get(target);
            if (!asked) co_return asked.error();
            answer = std::move(*asked);
            found = path::old;
        }
        const auto& response = answer.response;
        if (response.status == 404) co_return no_role();
        if (response.status != 200)
            co_return metadata_refusal(response, "the question for its role");
        const std::string_view body = trim(response.body);
        const std::string_view first = trim(body.substr(0, body.find('\n')));
        if (!is_role_name(first))
            co_return failure{.kind = error_class::malformed, .detail = "named no role"};
        role_ = std::string(first);
        path_ = found;
        co_return result<void>();
    }

    task<result<domain::aws_credentials>> read_keys() {
        path found = path_ == path::old ? path::old : path::extended;
        std::string target = path_of(found);
        auto answer = co_await service_.get(target);
        if (answer && answer->response.status == 404 && path_ == path::unknown) {
            found = path::old;
            target = path_of(found);
            answer = co_await service_.get(target);
        }
        if (!answer) co_return answer.error();
        const auto& response = answer->response;
        if (response.status == 404) co_return no_such_role();
        if (response.status != 200) co_return metadata_refusal(response, "the question for keys");
        path_ = found;
        if (answer->clock_offset) offset_ = *answer->clock_offset;
        co_return wire::read_instance_credentials(response.body);
    }

    std::string path_of(path which) const {
        return std::string(which == path::old ? old_path : new_path) + role_;
    }

    failure no_role() {
        has_no_role_ = true;
        path_ = path::unknown;
        return {
            .kind = error_class::denied,
            .detail = "knows no role of this instance",
            .cure = "attach an instance profile"};
    }

    failure no_such_role() {
        path_ = what_.instance_profile.empty() ? path_ : path::unknown;
        return {
            .kind = error_class::not_found,
            .detail = "has no keys for the role " + role_,
            .cure = what_.instance_profile.empty()
                ? ""
                : "check ec2_instance_profile_name, AWS_EC2_INSTANCE_PROFILE_NAME"};
    }

    static std::string cure_of(const failure& why) {
        constexpr const char* address = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
        if (why.remote_code == "AssumeRoleUnauthorizedAccess") {
            return "let the trust policy of the instance's role allow sts:AssumeRole to the "
                   "service ec2.amazonaws.com";
        }
        if (why.kind == error_class::malformed)
            return std::string("this is no answer of the metadata service: check ") + address;
        if (why.kind == error_class::denied)
            return std::string("check the role in the instance's profile, and ") + address;
        // Nobody is there: a busy one says that it is.
        if (why.code) return std::string("check that this is a machine on EC2, and ") + address;
        return {};
    }

    failure explained(failure why) const {
        const std::string where = "at " + service_.where() + ": ";
        const bool is_absent = has_no_role_ || service_.is_absent();
        if (is_absent && what_.is_last_resort && !was_there_) {
            // Nobody asked for this service: what is missing is any source at all.
            why.kind = error_class::denied;
            const std::string what =
                what_.nothing_found.empty() ? "no AWS credentials" : what_.nothing_found;
            why.detail = what + " (" + source_ + " " + where + why.detail + ")";
            return why;
        }
        if (why.kind == error_class::not_found) why.kind = error_class::denied;
        if (why.cure.empty()) why.cure = cure_of(why);
        why.detail = source_ + " " + where + why.detail;
        return why;
    }

    const domain::instance_metadata what_;
    const std::string source_;
    instance_metadata_client service_;
    path path_ = path::unknown;
    std::string role_{};
    milliseconds offset_{};
    bool has_no_role_ = false;
    bool was_there_ = false;
};

}  // namespace

std::unique_ptr<key_fetcher> create_fetcher(
    const domain::instance_metadata& what, const fetch_context& context
) {
    auto url = wire::parse_url(what.url);
    if (!url) return create_broken_fetcher(told_as(context.source, url.error()));
    return std::make_unique<instance_fetcher>(what, std::move(*url), context);
}

}  // namespace trainwatch::io
