// Replays the recorded traffic of the SDKs' provider chain suite against a plan: each request that
// was recorded has to be made, in order, and the keys have to be those of the record.
#pragma once

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <openssl/evp.h>

#include "io/credential_chain.hpp"
#include "tests/io/loop.hpp"
#include "tests/io/played_world.hpp"

namespace trainwatch::io {

inline boost::json::value read_provider_chain(const std::string& name) {
    std::ifstream file(std::string(TRAINWATCH_SHARED_DIR) + "/vectors/provider-chain/" + name);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str().empty() ? boost::json::value() : boost::json::parse(text.str());
}

inline std::map<std::string, std::string> form_fields(std::string_view body) {
    std::map<std::string, std::string> out;
    while (!body.empty()) {
        const std::string_view field = body.substr(0, body.find('&'));
        body.remove_prefix(std::min(body.size(), field.size() + 1));
        const auto equals = std::min(field.find('='), field.size());
        out[std::string(field.substr(0, equals))] =
            std::string(field.substr(std::min(field.size(), equals + 1)));
    }
    return out;
}

class provider_chain_replay {
public:
    explicit provider_chain_replay(const boost::json::value& recorded)
        : recorded_(recorded.as_object())
        , name_(recorded_.at("name").as_string())
        , traffic_(recorded_.at("traffic").as_array()) {}

    void run(domain::credential_plan plan) {
        set_up();
        credential_source_options options;
        options.plan = [plan]() -> result<domain::credential_plan> { return plan; };
        const auto source = create_credential_source(
            std::move(options), {"session", 1}, std::make_unique<played_world>(world_)
        );
        const auto keys = on_.run(source->current(mono_time::max()));
        check(keys);
        EXPECT_EQ(next_, traffic_.size()) << "requests that were not made";
        source->close();
        on_.context().restart();
        on_.context().poll();
    }

private:
    void set_up() {
        for (const auto& file : recorded_.at("files").as_object())
            world_->files[std::string(file.key())] = std::string(file.value().as_string());
        // Early enough for all keys of the record to be good.
        world_->now.wall = parse_iso8601("2009-02-13T20:00:00Z").value();
        world_->answer = [this](const played_state::asked& what) { return answer(what); };
        world_->program = [](const std::vector<std::string>& words) { return play(words); };
    }

    played_state::reply answer(const played_state::asked& what) {
        // The records are older than the newer path, which is asked first.
        if (what.request.target.find("security-credentials-extended") != std::string::npos)
            return wire::http_response{404, {}, ""};
        if (next_ == traffic_.size()) {
            ADD_FAILURE() << "not recorded: " << what.url();
            return wire::http_response{400, {}, ""};
        }
        const auto& one = traffic_[next_++].as_object();
        compare(one.at("request").as_object(), what);
        const auto& response = one.at("response").as_object();
        wire::http_response out;
        out.status = static_cast<int>(response.at("status").as_int64());
        for (const auto& header : response.at("headers").as_object()) {
            // Keys of the records are of other years than the answers that bring them.
            if (header.key() == "Date" || header.key() == "date") continue;
            for (const auto& value : header.value().as_array())
                out.headers.emplace_back(header.key(), std::string(value.as_string()));
        }
        out.body = std::string(response.at("body").as_string());
        return out;
    }

    void compare(const boost::json::object& recorded, const played_state::asked& what) const {
        EXPECT_EQ(what.request.method, recorded.at("method").as_string());
        std::string url(recorded.at("uri").as_string());
        if (std::count(url.begin(), url.end(), '/') == 2) url += '/';
        EXPECT_EQ(what.url(), url);
        for (const auto& header : recorded.at("headers").as_object()) {
            if (!matters(header.key())) continue;
            EXPECT_EQ(what.header(header.key()), header.value().as_array().at(0).as_string())
                << header.key();
        }
        const auto theirs = form_fields(recorded.at("body").as_string());
        const auto ours = form_fields(what.request.body);
        EXPECT_EQ(ours.size(), theirs.size());
        for (const auto& [key, value] : theirs) {
            ASSERT_EQ(ours.count(key), 1U) << key;
            // Roles and sessions of the records are not those of their own configuration.
            const bool is_fixed = key == "Action" || key == "Version";
            EXPECT_TRUE(!is_fixed || ours.at(key) == value) << key;
        }
    }

    // In two of the records a session's token was edited in one place only. Hosts are a part of
    // the URL.
    bool matters(std::string_view header) const {
        if (header == "x-amz-security-token")
            return name_ != "ecs_assume_role" && name_ != "web_identity_token_source_profile";
        return header == "accept" || header.rfind("x-aws-", 0) == 0;
    }

    // The commands of the records are for a shell, which ours never meet: "echo TEXT | base64
    // --decode", "echo 'TEXT'", "exit 1".
    static result<std::string> play(const std::vector<std::string>& words) {
        if (words.at(0) == "exit")
            return failure{.kind = error_class::denied, .detail = "ended with exit code 1"};
        const std::string& text = words.at(1);
        if (words.size() == 2) return text;
        std::string decoded(text.size(), '\0');
        const int size = EVP_DecodeBlock(
            reinterpret_cast<unsigned char*>(decoded.data()),
            reinterpret_cast<const unsigned char*>(text.data()),
            static_cast<int>(text.size())
        );
        decoded.resize(static_cast<std::size_t>(std::max(size, 0)));
        while (!decoded.empty() && decoded.back() == '\0')
            decoded.pop_back();
        return decoded;
    }

    void check(const result<credential_snapshot>& keys) const {
        const auto& wanted = recorded_.at("result").as_object();
        const auto* const ok = wanted.if_contains("Ok");
        ASSERT_EQ(keys.has_value(), ok != nullptr) << (keys ? "keys" : keys.error().detail);
        if (ok == nullptr) return;
        const auto text = [&](const char* member) {
            const auto* const found = ok->as_object().if_contains(member);
            return found ? std::string(found->as_string()) : std::string();
        };
        EXPECT_EQ((*keys)->access_key_id, text("access_key_id"));
        EXPECT_EQ((*keys)->secret_access_key, text("secret_access_key"));
        EXPECT_EQ((*keys)->session_token, text("session_token"));
        EXPECT_EQ((*keys)->account_id, text("account_id"));
        const auto* const expiry = ok->as_object().if_contains("expiry");
        ASSERT_EQ((*keys)->expires.has_value(), expiry != nullptr);
        if (expiry) {
            EXPECT_EQ(unix_milliseconds(*(*keys)->expires) / 1000, expiry->as_int64());
        }
    }

    const boost::json::object recorded_;
    const std::string name_;
    const boost::json::array traffic_;
    std::size_t next_ = 0;
    std::shared_ptr<played_state> world_ = std::make_shared<played_state>();
    loop on_;
};

}  // namespace trainwatch::io
