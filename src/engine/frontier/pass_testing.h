/* pass_testing.h - for tests: a source of many URLs, and the server they are
 * at. */
#ifndef GN_ENGINE_FRONTIER_PASS_TESTING_H
#define GN_ENGINE_FRONTIER_PASS_TESTING_H

#include <stdatomic.h>

#include "engine/fixture_test.h"

/* "/busy": 503, the first time that it is asked for, if it fails once, or each
 * time; "/slow": when it is let go. Else a document with an ETag. */
struct site {
    atomic_int busy; /* requests for that */
    bool once;       /* constant */
    atomic_bool hold;
};

static inline void answer(struct tcp_peer *p, struct site *s)
{
    if (tcp_peer_asks(p, "/busy") &&
        (atomic_fetch_add(&s->busy, 1) == 0 || !s->once))
        tcp_peer_reply(p, "503 Busy", "", "");
    else if (strstr(p->request, "If-None-Match: \"a\"") != NULL)
        tcp_peer_text(p, "HTTP/1.1 304 Not Modified\r\n\r\n");
    else
        tcp_peer_reply(p, "200 OK", "ETag: \"a\"\r\n", "[1]");
    if (tcp_peer_asks(p, "/slow"))
        WAIT_FOR(!atomic_load(&s->hold));
}

static inline void serve(struct tcp_peer *p, void *context)
{
    while (tcp_peer_request(p))
        answer(p, context);
}

/* A world with a table list, and a source of the URLs in it. */
static inline struct world *begin_site(struct site *s)
{
    static const char *const key[] = {"url", NULL};
    struct world *w;
    struct gn_source *source;

    memset(s, 0, sizeof *s);
    w = begin(serve, s);
    store_runs(w, "create table list (url)");
    source = add_source(w, "", 0);
    source->request.url = NULL;
    source->urls.sql = "select url from list";
    source->host_concurrency = 8;
    source->retry =
        (struct gn_backoff){.times = 2, .least_ms = 1, .most_ms = 1};
    add_rows(w, source, "t", key, "select :url as url, 1 as n");
    return w;
}

static inline void add_url(struct world *w, const char *path)
{
    char sql[200];

    snprintf(sql, sizeof sql,
             "insert into list values ('http://127.0.0.1:%d%s')",
             tcp_server_port(w->server), path);
    store_runs(w, sql);
}

static inline void add_pages(struct world *w, int count)
{
    char sql[300];

    snprintf(sql, sizeof sql,
             "with recursive n(n) as (select 1 union all select n + 1 from n"
             " where n < %d) insert into list select"
             " 'http://127.0.0.1:%d/' || n from n",
             count, tcp_server_port(w->server));
    store_runs(w, sql);
}

#define COUNTS                                                                 \
    "select count(*) || ' ' || count(distinct url) || ' ' ||"                  \
    " ifnull(sum(status = 200), 0) || ' ' || ifnull(sum(status = 304), 0)"     \
    " from garner_run where missed = 0"

#endif
