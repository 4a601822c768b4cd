// Answers of the services that give keys, as they give them.
#pragma once

#include <string>

#include "base/time.hpp"
#include "wire/http_message.hpp"

namespace trainwatch::io {

// What no failure, fact or log may ever hold.
inline const std::vector<std::string> all_secrets{
    "wJalrXUtnFEMI",
    "session-token-1",
    "agent-token-1",
    "web-token-1",
    "portal-token-1",
    "metadata-token-1"};

inline wire::http_response ok(std::string body) {
    return {200, {}, std::move(body)};
}

// "AKID1" and so on tell fetches apart.
inline std::string key_members(const std::string& id, wall_time expires, const std::string& token) {
    return "\"AccessKeyId\":\"" + id + "\",\"SecretAccessKey\":\"wJalrXUtnFEMI\",\"" + token +
        "\":\"session-token-1\",\"Expiration\":\"" + iso8601(expires) + "\"";
}

inline std::string container_document(const std::string& id, wall_time expires) {
    return "{" + key_members(id, expires, "Token") +
        R"(,"RoleArn":"arn:aws:iam::111122223333:role/task"})";
}

inline std::string instance_document(const std::string& id, wall_time expires) {
    return R"({"Code":"Success","Type":"AWS-HMAC","AccountId":"111122223333",)" +
        key_members(id, expires, "Token") + "}";
}

inline std::string process_document(const std::string& id, wall_time expires) {
    return R"({"Version":1,)" + key_members(id, expires, "SessionToken") + "}";
}

inline std::string sso_token_file(wall_time expires) {
    return R"({"accessToken":"portal-token-1","expiresAt":")" + iso8601(expires) + "\"}";
}

inline std::string portal_document(const std::string& id, wall_time expires) {
    return R"({"roleCredentials":{"accessKeyId":")" + id +
        R"(","secretAccessKey":"wJalrXUtnFEMI","sessionToken":"session-token-1","expiration":)" +
        std::to_string(unix_milliseconds(expires)) + "}}";
}

inline std::string sts_document(
    const std::string& action,
    const std::string& id,
    wall_time expires,
    const std::string& account = "444455556666"
) {
    return "<" + action + "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><" +
        action + "Result><AssumedRoleUser><AssumedRoleId>AROA:s</AssumedRoleId><Arn>arn:aws:sts::" +
        account + ":assumed-role/watch/s</Arn></AssumedRoleUser><Credentials><AccessKeyId>" + id +
        "</AccessKeyId><SecretAccessKey>wJalrXUtnFEMI</SecretAccessKey>"
        "<SessionToken>session-token-1</SessionToken><Expiration>" +
        iso8601(expires) + "</Expiration></Credentials></" + action +
        "Result><ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></" + action +
        "Response>";
}

inline wire::http_response sts_refusal(
    int status, const std::string& code, const std::string& message
) {
    return {
        status,
        {{"Content-Type", "text/xml"}},
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender"
        "</Type><Code>" +
            code + "</Code><Message>" + message +
            "</Message></Error><RequestId>id-1</RequestId></ErrorResponse>"};
}

}  // namespace trainwatch::io
