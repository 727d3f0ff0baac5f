/* loops_testing.h - for tests: an engine with two loops, and servers whose
 * hosts belong to the one or the other. */
#ifndef GN_ENGINE_LOOPS_TESTING_H
#define GN_ENGINE_LOOPS_TESTING_H

#include "engine/share.h"
#include "engine/steer/reload_testing.h"

enum { LOOPS = 2 };

static struct tcp_server *sites[LOOPS]; /* one for each loop */

static inline size_t loop_of(const struct tcp_server *server)
{
    char url[64];
    const struct gn_source source = {.name = "s", .request = {.url = url}};
    size_t loop;

    snprintf(url, sizeof url, "http://127.0.0.1:%d/", tcp_server_port(server));
    assert_int_equal(gn_share_of(&source, LOOPS, &loop, NULL), GARNER_OK);
    return loop;
}

/* Its port decides whose it is. */
static inline struct tcp_server *site_on(size_t loop, tcp_script *script,
                                         void *context)
{
    struct tcp_server *wrong[64];
    struct tcp_server *site = tcp_server_new(script, context);
    size_t n = 0;

    while (loop_of(site) != loop) {
        assert_true(n < sizeof wrong / sizeof wrong[0]);
        wrong[n++] = site;
        site = tcp_server_new(script, context);
    }
    while (n > 0)
        tcp_server_close(wrong[--n]);
    return site;
}

static inline struct world *begin_loops(tcp_script *script, void *context)
{
    struct world *w = begin(NULL, NULL);

    atomic_store(&opened, 0);
    atomic_store(&asked, 0);
    for (size_t i = 0; i < LOOPS; i++)
        sites[i] = site_on(i, script, context);
    w->options.loops = LOOPS;
    return w;
}

static inline void end_loops(struct world *w)
{
    end(w);
    for (size_t i = 0; i < LOOPS; i++)
        tcp_server_close(sites[i]);
}

/* A source of the site of that loop. */
static inline struct gn_source *add_on(struct world *w, size_t loop,
                                       const char *path, int64_t every_ms)
{
    struct gn_source *s = add_source(w, path, every_ms);
    const size_t i = w->config.source_count - 1;

    snprintf(w->urls[i], sizeof w->urls[i], "http://127.0.0.1:%d%s",
             tcp_server_port(sites[loop]), path);
    return s;
}

/* The same of a configuration that is to come: the ith of list is on loops[i].
 */
static inline struct gn_config config_on(struct world *w,
                                         const struct wanted *list,
                                         const size_t *loops, size_t count)
{
    struct gn_config c;

    w->server = sites[0];
    c = config_of(w, list, count);
    w->server = NULL;
    for (size_t i = 0; i < count; i++)
        c.sources[i].request.url =
            gn_arena_printf(c.memory, "http://127.0.0.1:%d%s",
                            tcp_server_port(sites[loops[i]]), list[i].path);
    return c;
}

static inline void stop_loops(struct world *w)
{
    atomic_store(&opened, 1);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_all_accounted_for(w);
    end_loops(w);
}

#endif
