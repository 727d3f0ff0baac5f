/*
 * host.h - the hosts that are known, by name: what there is to know of each,
 * and how they come and go.
 *
 * Thread: the engine's, unless said otherwise.
 */
#ifndef GN_ENGINE_HOST_HOST_H
#define GN_ENGINE_HOST_HOST_H

#include "engine/host/host_history.h"
#include "engine/host/rules.h"
#include "engine/job.h"
#include "fetch/circuit.h"
#include "fetch/limiter.h"

struct gn_host {
    char *name;         /* "https://example.org:443" */
    bool stays;         /* a source has its one URL there */
    size_t pages;       /* of sources with many, in memory */
    int claims;         /* hands that are at one of those */
    int guests;         /* jobs that a redirect led here */
    int64_t longest_ms; /* that it may be left alone for */
    struct gn_circuit circuit;
    int64_t off_until_ns;      /* as it asked */
    struct gn_limiter limiter; /* of bodies; rate 0: none says so */
    int active;                /* fetches under way, of those with a limit */
    int64_t next_ns;           /* none begins before */
    struct gn_waiting waiting; /* in their order */
    int64_t turn_ns;           /* about when the last of them begins */
    struct gn_heap_node node; /* in the heap while jobs wait; key: when to look;
                                 INT64_MAX: when a fetch has ended */

    /* permit.h's */
    struct gn_target *robots; /* its robots.txt, as it was asked for last; NULL:
                                 it was not */
    struct gn_rules rules;
    bool recalled; /* they were, at the start */
    bool asking;   /* it is being fetched: who obeys it waits */
    bool learned;  /* something new, since the store was told */

    /* costs.h's */
    struct gn_cost untold; /* since the store was told */
    int64_t last_us;       /* the last request, on the wall clock; 0: none */
    bool changed;          /* how long it is left alone, since then */
    int64_t told_ns;       /* when that was; 0: never */
    int tellings;          /* of it, under way to the store by themselves */
};

struct gn_telling;

struct gn_hosts {
    struct gn_host **all; /* by name; each one's own memory */
    size_t count;
    struct gn_heap heap;
    int64_t trimmed_ns;               /* costs.h's: when they were, last */
    LIST_HEAD(, gn_telling) tellings; /* telling.h's: under way */
};

/* The name of the host that url, a good one, is at; free it with gn_free. NULL:
 * no memory. Any thread. */
char *gn_host_name(const char *url);

/* A host of that name, which is taken: NULL gives NULL, as lack of memory does.
 * Any thread. */
struct gn_host *gn_host_make(char *name);

/* The longest that source may have its host left alone for. */
int64_t gn_host_longest_ms(const struct gn_source *source);

/* The host of url as source needs it, which is nobody's yet. Any thread. NULL:
 * no memory. */
struct gn_host *gn_host_new(const struct gn_source *source, const char *url);
/* NULL is fine. */
void gn_host_free(struct gn_host *host);

/* The one of that name among those of h; NULL: there is none. */
struct gn_host *gn_host_find(const struct gn_hosts *h, const char *name);

/* Puts host among those of h; if one of its name is there already, that is
 * *out, and host is freed. host is taken in any case. Errors: NOMEM. */
enum garner_code gn_host_meet(struct gn_hosts *h, struct gn_host *host,
                              struct gn_host **out, struct garner_error *err);

/* Forgets those that nobody needs now, and of which the store knows all. One
 * that is left alone is needed: who begins anew does not ask the store. */
void gn_host_trim(struct gn_hosts *h, int64_t now_ns);

#endif
