// Typed values out of YAML nodes; what does not fit becomes an error with its place.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"

namespace YAML {
class Node;
}

namespace trainwatch::simulator {

class yaml_values {
public:
    explicit yaml_values(std::string_view file) : file_(file) {}

    void error(const YAML::Node& at, const std::string& path, const std::string& message);
    // Line and column count from 0.
    void error(int line, int column, const std::string& path, const std::string& message);
    std::vector<std::string> take_errors() { return std::move(errors_); }
    bool failed() const { return !errors_.empty(); }

    // Each leaves `into` alone when the node does not fit.
    void read(const YAML::Node& node, const std::string& path, std::string& into);
    void read(const YAML::Node& node, const std::string& path, int& into);
    void read(const YAML::Node& node, const std::string& path, double& into);
    void read(const YAML::Node& node, const std::string& path, bool& into);
    // "90s", "1h30m"; a leading minus where `below_zero` says so.
    void read(
        const YAML::Node& node, const std::string& path, milliseconds& into, bool below_zero = false
    );
    void read(const YAML::Node& node, const std::string& path, std::vector<std::string>& into);
    void read(
        const YAML::Node& node, const std::string& path, std::map<std::string, std::string>& into
    );

    // Calls `visit` for each entry of a mapping, and reports keys that come twice.
    using entry_visitor = std::function<void(const std::string&, const YAML::Node&)>;
    void each_entry(const YAML::Node& node, const std::string& path, const entry_visitor& visit);
    using item_visitor = std::function<void(const std::string& path, const YAML::Node&)>;
    void each_item(const YAML::Node& node, const std::string& path, const item_visitor& visit);

    // The node as JSON text; unquoted numbers, booleans and null keep their type.
    std::string json(const YAML::Node& node);

private:
    std::optional<std::string> scalar(const YAML::Node& node, const std::string& path);

    std::string file_;
    std::vector<std::string> errors_{};
};

// " (did you mean \"x\"?)", or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace trainwatch::simulator
