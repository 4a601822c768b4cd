#include "io/notifier.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "wire/alert_payload.hpp"
#include "wire/alertmanager_alerts.hpp"
#include "wire/delivery_advice.hpp"

namespace trainwatch::io {

namespace {

class http_notifier final : public notifier {
public:
    http_notifier(
        domain::receiver_kind kind,
        const wire::url& where,
        http_client_options options,
        const clock& time,
        std::string secret
    )
        : kind_(kind)
        , secret_(std::move(secret))
        , where_(where)
        , host_(where.host_header())
        , path_(kind == domain::receiver_kind::alertmanager ? where.path : where.target())
        , client_(create_http_client(where, std::move(options), time)) {}

    task<delivery_answer> deliver(std::vector<domain::alert_message> alerts, mono_time deadline)
        override {
        wire::http_request request = encode(alerts);
        const auto answer = co_await client_->exchange(std::move(request), deadline);
        if (!answer) co_return delivery_answer{advised(answer.error()), {}};
        auto receipt = wire::read_receipt(answer->response);
        if (!receipt) receipt = advised(receipt.error());
        co_return delivery_answer{std::move(receipt), answer->clock_offset};
    }

    task<held_answer> ask_held(std::vector<domain::label_map> alerts, mono_time deadline) override {
        wire::http_request question = wire::encode_alerts_question(host_, path_, asked_for(alerts));
        const auto answer = co_await client_->exchange(std::move(question), deadline);
        if (!answer) co_return held_answer{answer.error(), {}};
        const auto told = wire::read_held_alerts(answer->response);
        if (!told) co_return held_answer{told.error(), answer->clock_offset};
        std::vector<bool> held;
        for (const auto& labels : alerts) {
            held.push_back(!labels.empty() && wire::find_held(*told, labels) != nullptr);
        }
        co_return held_answer{std::move(held), answer->clock_offset};
    }

    void close() override { client_->close(); }

private:
    static std::vector<domain::label_map> asked_for(const std::vector<domain::label_map>& alerts) {
        std::vector<domain::label_map> wanted;
        std::copy_if(alerts.begin(), alerts.end(), std::back_inserter(wanted), [](const auto& one) {
            return !one.empty();
        });
        return wanted;
    }

    failure advised(failure why) const {
        why.cure = wire::advise_on_delivery(why, kind_);
        if (kind_ != domain::receiver_kind::webhook) return why;
        why.detail = wire::without_address(std::move(why.detail), where_);
        return why;
    }

    wire::http_request encode(const std::vector<domain::alert_message>& alerts) const {
        return kind_ == domain::receiver_kind::alertmanager
            ? wire::encode_alertmanager_post(host_, path_, alerts)
            : wire::encode_webhook_post(host_, path_, alerts, secret_);
    }

    const domain::receiver_kind kind_;
    const std::string secret_;
    const wire::url where_;
    const std::string host_;
    const std::string path_;  // an Alertmanager's base path, a webhook's whole target
    std::unique_ptr<http_client> client_;
};

}  // namespace

std::unique_ptr<notifier> create_notifier(
    domain::receiver_kind kind,
    const wire::url& where,
    http_client_options options,
    const clock& time,
    std::string secret
) {
    return std::make_unique<http_notifier>(
        kind, where, std::move(options), time, std::move(secret)
    );
}

}  // namespace trainwatch::io
