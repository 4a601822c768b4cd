// The output of `wait`: lines that stay, and on a terminal a block below them that is redrawn.
//
// Owns nothing but what it drew last. Each call is one write, so that no half of a block is seen.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "app/terminal.hpp"

namespace trainwatch::app {

class wait_screen {
public:
    wait_screen() : wishes_(read_terminal_wishes(look_up_variable)) { look(); }

    // Asks the terminal for its size again.
    void look();
    bool redraws() const { return can_redraw(facts_, wishes_); }
    const wire::text_style& style() const { return style_; }
    // How many lines a block may have.
    std::size_t room() const;

    // `lasting` lines go above the block; `block` replaces the one drawn before. Without a
    // terminal that redraws there is no block.
    void show(const std::vector<std::string>& lasting, const std::vector<std::string>& block);

private:
    const terminal_wishes wishes_;
    terminal_facts facts_{};
    wire::text_style style_{};
    std::vector<std::string> drawn_{};
};

// How many rows of a terminal of `width` columns they take once it has wrapped them anew.
std::size_t rows_of(const std::vector<std::string>& lines, std::size_t width);

// The bytes that do it: back to the block's first line, clear, write.
std::string redrawn(
    std::size_t rows_before,
    const std::vector<std::string>& lasting,
    const std::vector<std::string>& block
);

}  // namespace trainwatch::app
