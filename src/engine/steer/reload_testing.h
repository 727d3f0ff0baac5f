/* reload_testing.h - for tests: an engine at work, and configurations for it.
 */
#ifndef GN_ENGINE_STEER_RELOAD_TESTING_H
#define GN_ENGINE_STEER_RELOAD_TESTING_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/mem.h"
#include "engine/fixture_test.h"

static atomic_int opened;
static atomic_int asked;   /* for "/gate" */
static const char *robots; /* what "/robots.txt" is, which is behind the gate,
                              too; NULL: another, that is not */

static inline void serve(struct tcp_peer *p, void *context)
{
    (void)context;
    while (tcp_peer_request(p)) {
        if (tcp_peer_asks(p, "/robots.txt") && robots != NULL) {
            atomic_fetch_add(&asked, 1);
            WAIT_FOR(atomic_load(&opened) > 0);
            tcp_peer_reply(p, "200 OK", "", robots);
            continue;
        }
        if (tcp_peer_asks(p, "/robots.txt")) {
            tcp_peer_reply(p, "200 OK", "", "user-agent: *\ndisallow: /no\n");
            continue;
        }
        if (tcp_peer_asks(p, "/gate")) {
            atomic_fetch_add(&asked, 1);
            WAIT_FOR(atomic_load(&opened) > 0);
        }
        tcp_peer_reply(p, "200 OK", "ETag: \"a\"\r\n", "[7]");
    }
}

static inline struct world *start(void)
{
    struct world *w = begin(serve, NULL);

    atomic_store(&opened, 0);
    atomic_store(&asked, 0);
    return w;
}

/* A source that the next change is to have; identity says what it is. */
struct wanted {
    const char *name;
    const char *path;
    int64_t every_ms;
    uint64_t identity;
    const char *table; /* NULL: no rows */
};

static inline struct gn_config
config_of(struct world *w, const struct wanted *list, size_t count)
{
    struct gn_arena *memory = gn_alloc(sizeof *memory);
    struct gn_config c = {.memory = memory, .source_count = count};

    assert_non_null(memory);
    c.sources = gn_arena_zeroed(memory, count * sizeof c.sources[0]);
    for (size_t i = 0; i < count; i++) {
        struct gn_rows_spec *rows = gn_arena_zeroed(memory, sizeof *rows);

        c.sources[i] = (struct gn_source){
            .name = gn_arena_text(memory, list[i].name),
            .request = {.url = gn_arena_printf(memory, "http://127.0.0.1:%d%s",
                                               tcp_server_port(w->server),
                                               list[i].path)},
            .schedule = {.every_ms = list[i].every_ms},
            .host_concurrency = 9,
            .identity = list[i].identity,
            .rows = rows,
            .row_spec_count = list[i].table != NULL,
            .ack = GARNER_COMMITTED};
        rows->table = gn_arena_text(memory, list[i].table);
        rows->sql = "select value as v from json_each(:body)";
    }
    return c;
}

static inline enum garner_code change(struct world *w,
                                      const struct wanted *list, size_t count,
                                      struct gn_changes *n)
{
    struct gn_config c = config_of(w, list, count);
    const enum garner_code code = gn_engine_reload(w->engine, &c, n, &w->err);

    assert_true((c.memory == NULL) == (code == GARNER_OK));
    gn_config_fini(&c);
    return code;
}

#define CHANGE(w, list, n)                                                     \
    do {                                                                       \
        if (change(w, list, sizeof(list) / sizeof((list)[0]), n) != GARNER_OK) \
            fail_msg("%s", (w)->err.message);                                  \
    } while (0)

static inline void change_well(struct world *w, const struct wanted *list,
                               size_t count)
{
    struct gn_changes n;

    if (change(w, list, count, &n) != GARNER_OK)
        fail_msg("%s", w->err.message);
}

static inline uint64_t runs(struct world *w, const char *name)
{
    struct gn_standing s;

    return gn_engine_look(w->engine, name, &s, NULL) == GARNER_OK ? s.runs : 0;
}

static inline size_t sources(struct world *w)
{
    return status_of(w).sources;
}

/* That of a crawl which was cut short has no runs of its own to account for. */
static inline void stop_crawl(struct world *w)
{
    atomic_store(&opened, 1);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    end(w);
}

static inline void stop(struct world *w)
{
    atomic_store(&opened, 1);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_all_accounted_for(w);
    end(w);
}

/* Changes to c, whatever it has. */
static inline void change_to(struct world *w, struct gn_config *c)
{
    struct gn_changes n;

    if (gn_engine_reload(w->engine, c, &n, &w->err) != GARNER_OK)
        fail_msg("%s", w->err.message);
}

#endif
