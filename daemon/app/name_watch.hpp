// Looks up again and again what addresses with "dns+" lead to, beside the loop.
//
// Every limits::name_refresh, and sooner once somebody says that an address does not answer. Says
// what changed, in the log once each, and to its owner where other addresses are to be told.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "app/found_names.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "io/log.hpp"
#include "io/worker.hpp"

namespace trainwatch::app {

class name_watch {
public:
    using listener = std::function<void(const found_names& found)>;
    // `log` outlives it.
    name_watch(
        const boost::asio::any_io_executor& executor,
        io::log& log,
        name_source ask,
        listener changed,
        milliseconds refresh = limits::name_refresh,
        milliseconds least = limits::name_refresh_least
    );

    ~name_watch();
    name_watch(const name_watch&) = delete;
    name_watch& operator=(const name_watch&) = delete;

    // These names from now on, and what is known of them. Without names nobody is asked.
    void follow(std::vector<std::string> names, found_names found);
    const found_names& found() const { return found_; }
    // One of the addresses does not answer.
    void hurry();
    // Nothing is looked up or told any more.
    void close();

private:
    struct alarm;

    void wait(milliseconds delay);
    void look();
    void take(const found_names& next);

    io::log& log_;
    const name_source ask_;
    const listener changed_;
    const milliseconds refresh_;
    const milliseconds least_;
    std::vector<std::string> names_{};
    found_names found_{};
    std::unique_ptr<alarm> alarm_;
    bool is_looking_ = false;
    bool is_closed_ = false;
    std::unique_ptr<io::worker> worker_;
};

}  // namespace trainwatch::app
