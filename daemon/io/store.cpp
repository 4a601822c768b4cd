#include "io/store.hpp"

#include <optional>
#include <utility>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "io/gate.hpp"
#include "io/store_file.hpp"
#include "io/store_trouble.hpp"
#include "io/worker.hpp"

namespace trainwatch::io {

namespace {

// What a log that is lost may cost.
constexpr milliseconds tending_interval{60'000};

class store_on_its_thread final : public store {
public:
    store_on_its_thread(
        const boost::asio::any_io_executor& executor,
        const clock& time,
        std::unique_ptr<store_file> file
    )
        : executor_(executor)
        , time_(time)
        , file_(std::move(file))
        , thread_(create_worker(executor)) {}

    task<result<domain::ledger>> load() override {
        std::function<result<domain::ledger>()> work = [this] { return file_->load(); };
        co_return co_await perform(std::move(work));
    }

    task<result<void>> commit(commit_id id, domain::ledger_batch batch) override {
        CHECK(id > last_);
        last_ = id;
        const auto rows = std::make_shared<domain::ledger_batch>(std::move(batch));
        std::function<result<void>()> work = [this, rows] { return file_->commit(*rows); };
        has_news_ = true;
        co_return co_await perform(std::move(work));
    }

    void tend() override {
        const auto now = time_.now().mono;
        if (!has_news_ || (tended_ && now - *tended_ < tending_interval)) return;
        has_news_ = false;
        tended_ = now;
        thread_->perform([this] { file_->tend(); }, [] {});
    }

    std::optional<wall_time> written() const override { return file_->written(); }

    task<result<domain::ledger_batch>> about(std::string job) override {
        std::function<result<domain::ledger_batch>()> work = [this, job = std::move(job)] {
            return file_->about(job);
        };
        co_return co_await perform(std::move(work));
    }

private:
    // The coroutine may be gone by the time that the thread is done: what both use is shared.
    template <class T>
    task<T> perform(std::function<T()> work) {
        struct shared {
            explicit shared(const boost::asio::any_io_executor& executor) : done(executor) {}
            gate done;
            std::optional<T> answer{};
        };
        const auto between = std::make_shared<shared>(executor_);
        thread_->perform(
            [between, work = std::move(work)] { between->answer.emplace(work()); },
            [between] { between->done.open(); }
        );
        co_await between->done.wait();
        co_return std::move(*between->answer);
    }

    const boost::asio::any_io_executor executor_;
    const clock& time_;
    // In this order: the thread has ended when the file is closed.
    std::unique_ptr<store_file> file_;
    std::unique_ptr<worker> thread_;
    commit_id last_{};
    bool has_news_ = false;  // since it was tended
    std::optional<mono_time> tended_{};
};

}  // namespace

std::string ledger_file(const std::string& directory) {
    return directory + (directory.ends_with('/') ? "" : "/") + "ledger.db";
}

result<std::unique_ptr<store>> create_store(
    const boost::asio::any_io_executor& executor, const clock& time, const std::string& path
) {
    auto file = std::make_unique<store_file>(time, path);
    if (const auto alone = file->lock(); alone.has_error()) return alone.error();
    return std::unique_ptr<store>(
        std::make_unique<store_on_its_thread>(executor, time, std::move(file))
    );
}

result<domain::ledger_batch> read_about(const std::string& path, const std::string& job) {
    const auto reference = wire::read_job_reference(job);
    if (reference.has_error()) return reference.error();
    if (!file_exists(path)) {
        failure none{.kind = error_class::not_found, .detail = "there is no ledger " + path};
        none.cure = "give the directory of a daemon that has run, as its --storage.path is";
        return none;
    }
    std::optional<failure> why;
    for (const auto access : {store_access::read_only, store_access::immutable}) {
        // Whoever may not write in the folder cannot take part in a log: without one, nobody has
        // to.
        if (access == store_access::immutable && has_log(path)) break;
        store_sqlite reader;
        const bool opened = reader.open(path, access, limits::ledger_busy);
        if (opened && !is_readable_version(reader, store_migrations().size()) && reader.ok()) {
            return too_new(path, reader.number("PRAGMA user_version"), store_migrations().size());
        }
        reader.execute("BEGIN");
        auto rows = read_about(reader, *reference, job);
        if (reader.ok()) return rows;
        if (!why) why = explain_trouble(path, "cannot be read", *reader.trouble());
    }
    return *why;
}

}  // namespace trainwatch::io
