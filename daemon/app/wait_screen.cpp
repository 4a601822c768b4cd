#include "app/wait_screen.hpp"

#include <algorithm>
#include <cstdio>

namespace trainwatch::app {

void wait_screen::look() {
    facts_ = look_at_terminal();
    style_ = style_for(facts_, wishes_);
    // A line that fills the last column wraps on some terminals.
    if (redraws() && style_.width > 1) --style_.width;
}

std::size_t wait_screen::room() const {
    constexpr std::size_t usual_height = 24;
    const auto height = facts_.height > 0 ? facts_.height : usual_height;
    // The line of the cursor, and one for "and 12 more".
    return std::max<std::size_t>(height, 3) - 2;
}

void wait_screen::show(
    const std::vector<std::string>& lasting, const std::vector<std::string>& block
) {
    if (!redraws()) {
        for (const auto& line : lasting)
            std::fprintf(stdout, "%s\n", line.c_str());
        std::fflush(stdout);
        return;
    }
    if (lasting.empty() && block == drawn_) return;
    // A window that was narrowed may have made two rows of a line.
    const bool has_wrapped = wishes_.reflows && facts_.width > 0;
    const auto rows = has_wrapped ? rows_of(drawn_, facts_.width) : drawn_.size();
    const auto bytes = redrawn(rows, lasting, block);
    std::fwrite(bytes.data(), 1, bytes.size(), stdout);
    std::fflush(stdout);
    drawn_ = block;
}

std::size_t rows_of(const std::vector<std::string>& lines, std::size_t width) {
    std::size_t rows = 0;
    for (const auto& line : lines) {
        const auto columns = wire::display_width(wire::terminal_safe(line));
        rows += std::max<std::size_t>((columns + width - 1) / width, 1);
    }
    return rows;
}

std::string redrawn(
    std::size_t rows_before,
    const std::vector<std::string>& lasting,
    const std::vector<std::string>& block
) {
    std::string bytes;
    if (rows_before > 0) bytes += "\x1b[" + std::to_string(rows_before) + "A\r\x1b[J";
    for (const auto& line : lasting)
        bytes += line + "\n";
    for (const auto& line : block)
        bytes += line + "\n";
    return bytes;
}

}  // namespace trainwatch::app
