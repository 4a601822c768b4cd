// A credential source that has its keys from the start, or never gets any.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "io/credential_source.hpp"

namespace trainwatch::io {

class fixed_credential_source final : public credential_source {
public:
    explicit fixed_credential_source(result<domain::aws_credentials> keys)
        : keys_(std::move(keys)) {}

    task<result<credential_snapshot>> current(mono_time) override {
        if (keys_.has_error()) co_return keys_.error();
        co_return std::make_shared<const domain::aws_credentials>(*keys_);
    }
    task<bool> replace(credential_snapshot) override { co_return false; }
    void close() override {}
    std::string source() const override { return "a test"; }

private:
    result<domain::aws_credentials> keys_;
};

inline std::unique_ptr<credential_source> fixed_credentials(result<domain::aws_credentials> keys) {
    return std::make_unique<fixed_credential_source>(std::move(keys));
}

}  // namespace trainwatch::io
