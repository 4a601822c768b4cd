// Writes the metric tables of a document anew: metric_table config/README.md
#include "tests/wire/metric_table.hpp"

#include <fstream>
#include <iostream>
#include <iterator>

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "metric_table FILE: writes the tables between the markers of FILE anew\n";
        return 1;
    }
    std::ifstream in(argv[1], std::ios::binary);
    const std::string document{std::istreambuf_iterator<char>(in), {}};
    const auto written = trainwatch::wire::with_metric_table(document);
    if (!written) {
        std::cerr << argv[1] << ": cannot be read, or lacks the line\n"
                  << trainwatch::wire::table_begins << "\nor, after it,\n"
                  << trainwatch::wire::table_ends << "\n";
        return 1;
    }
    std::ofstream(argv[1], std::ios::binary) << *written;
    return 0;
}
