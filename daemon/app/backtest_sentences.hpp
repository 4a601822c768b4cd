// What a backtest comes to, in sentences: neither columns nor colours (app/backtest_text), one a
// fact, in the order in which they are told. Text of AWS may stand in them as it is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/backtest_text.hpp"

namespace trainwatch::app {

// Of failures with one reason; empty when none came twice.
std::vector<std::string> sentences_on_causes(const backtest_report& report);
// Empty when nothing was lost.
std::vector<std::string> sentences_on_stakes(const backtest_report& report);
// What was looked at, what was not, and what the times mean.
std::vector<std::string> sentences_on_source(
    const backtest_report& report, const backtest_source& source
);

// "2026-11-24 09:12"
std::string minute_text(wall_time at);
// "3.5", "14"
std::string rounded_text(double value);
// "1 alert", "2 alerts"
std::string counted(std::size_t count, std::string_view one, std::string_view many);
std::string counted_jobs(std::size_t count);

}  // namespace trainwatch::app
