/* fixture_test.h - a scripted server, a store in a folder of its own and an
 * engine between them, for this room's tests. */
#ifndef GN_ENGINE_FIXTURE_TEST_H
#define GN_ENGINE_FIXTURE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "engine/engine.h"
#include "garner/read.h"
#include "garner/write.h"
#include "support/tcp_server.h"

enum { MOST_SOURCES = 128, LONG_MS = 50000 };

struct world {
    struct tcp_server *server;
    char folder[32];
    char path[64]; /* of the database */
    struct garner_store *store;
    struct gn_config config;
    struct gn_source sources[MOST_SOURCES];
    char names[MOST_SOURCES][16];
    char urls[MOST_SOURCES][128];
    struct gn_rows_spec rows[MOST_SOURCES];
    struct gn_engine *engine; /* while it runs in run_beside */
    struct gn_engine_options options;
    pthread_t thread;
    enum garner_code code; /* of the last run */
    struct garner_error err;
    struct gn_status status; /* after it */
};

static inline void ignore_line(void *context, const char *line)
{
    (void)context;
    (void)line;
}

static inline void open_store(struct world *w)
{
    assert_int_equal(garner_open(w->path, NULL, &w->store, NULL), GARNER_OK);
}

/* script: NULL for no server. Free with end. */
static inline struct world *begin(tcp_script *script, void *context)
{
    struct world *w = calloc(1, sizeof *w);

    assert_non_null(w);
    gn_log_set_sink(ignore_line, NULL);
    strcpy(w->folder, "/tmp/gn-engine-XXXXXX");
    assert_non_null(mkdtemp(w->folder));
    snprintf(w->path, sizeof w->path, "%s/t.db", w->folder);
    if (script != NULL)
        w->server = tcp_server_new(script, context);
    w->config.sources = w->sources;
    open_store(w);
    return w;
}

static inline void end(struct world *w)
{
    char file[80];

    garner_close(w->store);
    if (w->server != NULL)
        tcp_server_close(w->server);
    for (const char *const *s =
             (const char *const[]){"", "-wal", "-shm", "-turn", NULL};
         *s != NULL; s++) {
        snprintf(file, sizeof file, "%s%s", w->path, *s);
        (void)unlink(file);
    }
    assert_int_equal(rmdir(w->folder), 0);
    free(w);
}

enum { LARGE = 300000 };

/* Replies with LARGE bytes, one number and many spaces; another number each
 * time that a connection counts on. */
static inline void tell_large(struct tcp_peer *p, int *count)
{
    char *body = malloc(LARGE + 1);

    assert_non_null(body);
    memset(body, ' ', LARGE);
    snprintf(body, 20, "[%17d", p->number * 10000 + ++*count);
    body[18] = ']';
    tcp_peer_text(p, "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n");
    tcp_peer_send(p, body, LARGE);
    free(body);
}

/* A source named s0, s1 ... that asks the world's server for path. */
static inline struct gn_source *add_source(struct world *w, const char *path,
                                           int64_t every_ms)
{
    const size_t i = w->config.source_count++;
    struct gn_source *s = &w->sources[i];

    assert_true(i < MOST_SOURCES);
    snprintf(w->names[i], sizeof w->names[i], "s%zu", i);
    snprintf(w->urls[i], sizeof w->urls[i], "http://127.0.0.1:%d%s",
             w->server != NULL ? tcp_server_port(w->server) : 1, path);
    *s = (struct gn_source){.name = w->names[i],
                            .request = {.url = w->urls[i]},
                            .schedule = {.every_ms = every_ms},
                            .ack = GARNER_COMMITTED};
    return s;
}

/* Its body becomes rows of table; key: NULL for none. */
static inline struct gn_rows_spec *
add_rows(struct world *w, struct gn_source *s, const char *table,
         const char *const *key, const char *sql)
{
    struct gn_rows_spec *rows = &w->rows[s - w->sources];

    *rows = (struct gn_rows_spec){.table = table, .key = key, .sql = sql};
    while (key != NULL && key[rows->key_count] != NULL)
        rows->key_count++;
    s->rows = rows;
    s->row_spec_count = 1;
    return rows;
}

static inline void *run_engine(void *world)
{
    struct world *w = world;

    w->code = gn_engine_run(w->engine, &w->err);
    return NULL;
}

/* GARNER_TEST_LOOPS=N has every test of this room that does not say how many
 * work with N loops. */
static inline int loops_of(const struct world *w)
{
    const char *text = getenv("GARNER_TEST_LOOPS");

    return w->options.loops > 0 || text == NULL ? w->options.loops : atoi(text);
}

static inline void open_engine(struct world *w)
{
    w->options.loops = loops_of(w);
    if (gn_engine_new(w->store, &w->config, &w->options, &w->engine, &w->err) !=
        GARNER_OK)
        fail_msg("%s", w->err.message);
}

static inline void close_engine(struct world *w)
{
    gn_engine_status(w->engine, &w->status);
    gn_engine_free(w->engine);
    w->engine = NULL;
}

/* Runs an engine until it ends by itself. */
static inline enum garner_code run(struct world *w)
{
    w->err = (struct garner_error){0};
    open_engine(w);
    (void)run_engine(w);
    close_engine(w);
    return w->code;
}

/* The same, but the nth allocation fails. */
static inline void run_without_memory(struct world *w, unsigned nth)
{
    enum garner_code code;

    open_engine(w);
    gn_mem_fail_at(nth);
    (void)run_engine(w);
    gn_mem_fail_at(0);
    code = w->code;
    close_engine(w);
    assert_true(code == GARNER_OK || code == GARNER_NOMEM);
}

/* Starts one on a thread; end it with run_ended. */
static inline void run_beside(struct world *w)
{
    w->err = (struct garner_error){0};
    open_engine(w);
    assert_int_equal(pthread_create(&w->thread, NULL, run_engine, w), 0);
}

static inline enum garner_code run_ended(struct world *w)
{
    assert_int_equal(pthread_join(w->thread, NULL), 0);
    close_engine(w);
    return w->code;
}

/* Looks at cond each millisecond, so often that it is never the machine. */
#define WAIT_FOR(cond)                                                         \
    do {                                                                       \
        const struct timespec ms = {0, 1000000};                               \
        int left = LONG_MS;                                                    \
                                                                               \
        while (!(cond) && left-- > 0)                                          \
            (void)nanosleep(&ms, NULL);                                        \
        assert_true(cond);                                                     \
    } while (0)

static inline struct gn_status status_of(struct world *w)
{
    struct gn_status status;

    gn_engine_status(w->engine, &status);
    return status;
}

static inline void store_runs(struct world *w, const char *sql)
{
    struct garner_error err;

    if (garner_exec(w->store, sql, GARNER_ARGS(), NULL, &err) != GARNER_OK)
        fail_msg("%s: %s", sql, err.message);
}

/* The one value that sql gives, as text in a static buffer; NULL as "null". */
static inline const char *ask(struct world *w, const char *sql)
{
    static char text[512];
    struct garner_rows *rows;
    struct garner_value v;
    struct garner_error err;

    if (garner_query(w->store, sql, GARNER_ARGS(), &rows, &err) != GARNER_OK)
        fail_msg("%s: %s", sql, err.message);
    assert_int_equal(garner_next(rows, &err), GARNER_ROW);
    v = garner_column(rows, 0);
    switch (v.type) {
    case GARNER_NULL:
        snprintf(text, sizeof text, "null");
        break;
    case GARNER_INTEGER:
        snprintf(text, sizeof text, "%lld", (long long)v.integer);
        break;
    case GARNER_REAL:
        snprintf(text, sizeof text, "%g", v.real);
        break;
    case GARNER_TEXT:
    case GARNER_BLOB:
        snprintf(text, sizeof text, "%.*s", (int)v.bytes.size,
                 (const char *)v.bytes.data);
        break;
    }
    garner_rows_close(rows);
    return text;
}

static inline void assert_asked(struct world *w, const char *sql,
                                const char *expected)
{
    const char *text = ask(w, sql);

    if (strcmp(text, expected) != 0)
        fail_msg("'%s' instead of '%s': %s", text, expected, sql);
}

static inline void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("'%s' is not in: %s", part, text);
}

/* Every due time is a row, or part of one that counts what was missed. */
static inline void assert_all_accounted_for(struct world *w)
{
    const struct gn_totals *t = &w->status.totals;
    char due[32];
    char missed[32];

    snprintf(due, sizeof due, "%llu", (unsigned long long)t->due);
    snprintf(missed, sizeof missed, "%llu",
             (unsigned long long)(t->missed_overlap + t->missed_late +
                                  t->missed_refused + t->missed_waiting +
                                  t->missed_stopped));
    assert_int_equal(t->due, t->started + t->missed_overlap + t->missed_late +
                                 t->missed_refused + t->missed_waiting +
                                 t->missed_stopped);
    assert_asked(w,
                 "select sum(case when missed > 0 then missed else"
                 " attempt = 1 and page = 1 end) from garner_run",
                 due);
    assert_asked(w,
                 "select coalesce(sum(missed), 0) from garner_run"
                 " where error <> 'the store did not take the run'"
                 " or error is null",
                 missed);
    assert_asked(w, "select count(*) from garner_run where missed < 0", "0");
}

#endif
