/* ids_testing.h - for tests: a server's rows of one column, id. */
#ifndef GN_ENGINE_IDS_TESTING_H
#define GN_ENGINE_IDS_TESTING_H

#include "engine/fixture_test.h"

static const char *const id[] = {"id", NULL};
#define IDS "select value->>'$.id' as id from json_each(:body)"

static const char json[] = "Content-Type: application/json\r\n";

/* Replies with one row: each time another for /count, of which one connection
 * at a time may ask; otherwise always the same. */
static inline void tell_id(struct tcp_peer *p, int *count)
{
    char body[32];

    snprintf(body, sizeof body, "[{\"id\":%d}]",
             tcp_peer_asks(p, "/count") ? ++*count : 3);
    tcp_peer_reply(p, "200 OK", json, body);
}

#endif
