// The statements that writing a batch needs, prepared once a connection.
#pragma once

#include "io/store_sqlite.hpp"

namespace trainwatch::io {

struct store_statements {
    explicit store_statements(store_sqlite& database);

    store_statement find_identity;
    store_statement add_identity;
    store_statement find_message;
    store_statement add_message;
    store_statement put_fact;
    store_statement get_fact;
    store_statement put_transition;
    store_statement history;
    store_statement put_job;
    store_statement jobs_of;
    store_statement put_alert;
    store_statement put_delivery;
    store_statement put_counter;
    store_statement forget_job;
    store_statement forget_identity;
    store_statement forget_alert;
    store_statement forget_deliveries;
    store_statement collect;
    store_statement free_pages;
};

}  // namespace trainwatch::io
