#include "io/vacancy.hpp"

#include <boost/asio/error.hpp>

namespace trainwatch::io {

namespace {

failure is_gone(const char* what) {
    return {
        .kind = error_class::transient,
        .code = boost::asio::error::operation_aborted,
        .detail = std::string("the configuration no longer has this ") + what};
}

class vacant_client final : public sagemaker_client {
public:
    task<describe_answer> describe(std::string, mono_time) override {
        co_return describe_answer{is_gone("connection or region"), {}, {}, {}};
    }
    task<list_answer> list(domain::list_query, mono_time) override {
        co_return list_answer{is_gone("connection or region"), {}, {}};
    }
    task<tags_answer> tags(std::string, mono_time) override {
        co_return tags_answer{is_gone("connection or region"), {}, {}};
    }
    void close() override {}
};

class vacant_notifier final : public notifier {
public:
    task<delivery_answer> deliver(std::vector<domain::alert_message>, mono_time) override {
        co_return delivery_answer{is_gone("receiver"), {}};
    }
    task<held_answer> ask_held(std::vector<domain::label_map>, mono_time) override {
        co_return held_answer{is_gone("receiver"), {}};
    }
    void close() override {}
};

}  // namespace

std::unique_ptr<sagemaker_client> create_vacant_client() {
    return std::make_unique<vacant_client>();
}

std::unique_ptr<notifier> create_vacant_notifier() {
    return std::make_unique<vacant_notifier>();
}

}  // namespace trainwatch::io
