/* lead_testing.h - for tests: two hosts, of which one leads to the other. */
#ifndef GN_ENGINE_LEAD_TESTING_H
#define GN_ENGINE_LEAD_TESTING_H

#include <stdatomic.h>

#include "engine/fixture_test.h"
#include "engine/frontier/crawl_testing.h"

/* Two hosts: the world's server, and another. The first sends everybody who
 * asks for /to to the second one's /there, and for /r to its own /secret; its
 * robots.txt forbids that. */
struct site {
    struct tcp_server *other;
    char here[64];  /* its URL, without a path ... */
    char there[64]; /* ... and that of the other */
    atomic_int asked_there;
    atomic_int robots_there;
    atomic_int secrets; /* requests of /secret, wherever */
    atomic_int sent_away;
    atomic_int at_once;  /* requests under way there ... */
    atomic_int together; /* ... and more than one of them */
    atomic_bool holds;   /* they wait, until it does not */
};

static inline void page(struct tcp_peer *p, const char *body)
{
    tcp_peer_reply(p, "200 OK", "Content-Type: text/html\r\n", body);
}

static inline void lead(struct tcp_peer *p, const char *to, const char *path)
{
    char line[128];

    snprintf(line, sizeof line, "Location: %s%s\r\n", to, path);
    tcp_peer_reply(p, "302 Found", line, "");
}

static inline void serve_here(struct tcp_peer *p, void *context)
{
    struct site *s = context;

    while (tcp_peer_request(p)) {
        s->secrets += tcp_peer_asks(p, "/secret");
        if (tcp_peer_asks(p, "/robots.txt")) {
            tcp_peer_reply(p, "200 OK", "",
                           "User-agent: *\nDisallow: /secret\n");
        } else if (tcp_peer_asks(p, "/to")) {
            lead(p, s->there, "/there");
            s->sent_away++;
        } else if (tcp_peer_asks(p, "/r")) {
            lead(p, "", "/secret");
        } else if (tcp_peer_asks(p, "/start")) {
            page(p, "<a href=/r>1</a><a href=/to>2</a>");
        } else if (tcp_peer_asks(p, "/en")) {
            lead(p, "", "/de");
        } else if (tcp_peer_asks(p, "/again")) {
            lead(p, "", "/again");
        } else {
            page(p, "here");
        }
    }
}

static inline void serve_there(struct tcp_peer *p, void *context)
{
    struct site *s = context;

    while (tcp_peer_request(p)) {
        if (tcp_peer_asks(p, "/robots.txt")) {
            s->robots_there++;
            tcp_peer_reply(p, "200 OK", "",
                           "User-agent: nobody\nDisallow: /\n");
            continue;
        }
        s->asked_there++;
        if (atomic_fetch_add(&s->at_once, 1) > 0)
            s->together++;
        WAIT_FOR(!s->holds);
        s->at_once--;
        page(p, "there");
    }
}

/* Puts script in the place of the second host. */
static inline void replace_other(struct site *s, tcp_script *script)
{
    if (s->other != NULL)
        tcp_server_close(s->other);
    s->other = tcp_server_new(script, s);
    snprintf(s->there, sizeof s->there, "http://127.0.0.1:%d",
             tcp_server_port(s->other));
}

static inline struct world *begin_site(struct site *s)
{
    struct world *w;

    memset(s, 0, sizeof *s);
    replace_other(s, serve_there);
    w = begin(serve_here, s);
    snprintf(s->here, sizeof s->here, "http://127.0.0.1:%d",
             tcp_server_port(w->server));
    return w;
}

static inline void end_site(struct site *s, struct world *w)
{
    end(w);
    tcp_server_close(s->other);
}

#endif
