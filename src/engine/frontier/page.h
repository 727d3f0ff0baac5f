/*
 * page.h - a URL of a source that has many: a row of garner_frontier, which
 * keeps all of them, whether they come from a list or are found by a crawl; and
 * the statements that change it.
 *
 * A pass asks for each URL of a source once. garner_source.pass is the number
 * of the last one that was begun; a row's pass is the last in which it was
 * done. So what is left of pass n are the rows of n - 1: nothing has to be
 * written to begin one. Passes of a crawl have every other number: only pages
 * that were found again are left in them. A URL that failed and is tried again
 * stays left, with the time before which it is not due. Its row is settled in
 * the transaction of its run: whenever garner is killed, what is under way is
 * fetched once more, and nothing else.
 *
 * Thread: any, one at a time.
 */
#ifndef GN_ENGINE_FRONTIER_PAGE_H
#define GN_ENGINE_FRONTIER_PAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "engine/history/history.h"
#include "fetch/validator.h"
#include "garner/write.h"

struct gn_host;

/* One in memory, with all its texts in one piece. */
struct gn_page {
    TAILQ_ENTRY(gn_page) next;
    int64_t id;           /* garner_frontier.id */
    int64_t off_until_us; /* it is put off until then; 0: it is not */
    int tries;            /* in this pass that failed */
    int depth;
    bool is_sitemap;      /* of a crawl: it has no rows, but URLs */
    struct gn_host *host; /* NULL: not known yet */
    size_t host_index;    /* of those it was read with */
    bool has_body;
    unsigned char sha256[32]; /* of its last body, when it has one */
    struct gn_validators version;
    const char *answer_url;
    const char *url;
};

TAILQ_HEAD(gn_page_list, gn_page);

/* A copy of page with texts of its own; free it with gn_free. NULL: no memory.
 */
struct gn_page *gn_page_copy(const struct gn_page *page);

/* How a fetch of a page ended. */
struct gn_page_end {
    int64_t pass;        /* in which it is done with this; if it is tried again,
                            the one before */
    int64_t due_us;      /* not before; 0: at any time */
    int tries;           /* that failed, if it is tried again */
    int64_t done_us;     /* when it was fetched */
    int status;          /* HTTP; 0: none */
    const char *failure; /* NULL: it went well */
    bool left_alone;     /* that is none of the source's */
    int64_t bytes;       /* of the answer; below 0: none */
    bool has_new_body;   /* which the batch has put into the store before */
    bool has_version;    /* it has these from now on: */
    struct gn_validators version;
    const char *answer_url;
    int64_t spec; /* the version is an answer to this */
};

/* Adds the statement that settles the row of page id. It changes a row. Errors:
 * NOMEM. */
enum garner_code gn_page_add_end(struct garner_batch *batch, int64_t id,
                                 const struct gn_page_end *end,
                                 struct garner_error *err);

/* Adds the statement that puts off page id until due_us. Errors: NOMEM. */
enum garner_code gn_page_add_delay(struct garner_batch *batch, int64_t id,
                                   int64_t due_us, struct garner_error *err);

/* Adds the statement that enters a URL that a list has, for pass: a new one is
 * left in it. Errors: NOMEM. */
enum garner_code gn_page_add_listed(struct garner_batch *batch, int64_t source,
                                    const char *url, size_t size, int64_t pass,
                                    struct garner_error *err);

/* A page that a crawl found, or begins with. */
struct gn_page_found {
    const char *url; /* in the form of base/urlnorm.h */
    size_t size;
    int64_t pass;
    int depth;
    int64_t rank; /* see crawl/order.h */
    bool is_sitemap;
};

/* Adds the statement that has it left in the pass, unless it was found in that
 * before. Errors: NOMEM. */
enum garner_code gn_page_add_found(struct garner_batch *batch, int64_t source,
                                   const struct gn_page_found *found,
                                   struct garner_error *err);

#endif
