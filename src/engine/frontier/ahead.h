/*
 * ahead.h - the pages of a pass that are in memory: those that come next, and
 * those that are being fetched. All others are in the store alone, however many
 * there are. Pure.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_FRONTIER_AHEAD_H
#define GN_ENGINE_FRONTIER_AHEAD_H

#include <stddef.h>

#include "engine/frontier/page.h"

/* All zero but for the lists: see gn_ahead_init. */
struct gn_ahead {
    struct gn_page_list ready; /* in the order in which they are to be asked */
    size_t ready_count;
    bool mixed;              /* they may be of several hosts */
    struct gn_page_list out; /* being fetched */
    size_t out_count;
    struct gn_page_list delayed; /* put off, which the store is to be told */
};

void gn_ahead_init(struct gn_ahead *w);

/* Takes the pages in list, which becomes empty. */
void gn_ahead_fill(struct gn_ahead *w, struct gn_page_list *list);

/* The first that may be fetched now, which depends on its host alone; it is out
 * from then on. NULL: none. */
struct gn_page *gn_ahead_take(struct gn_ahead *w,
                              bool (*may)(const struct gn_page *page,
                                          const void *context),
                              const void *context);

/* page, which is out, was not fetched after all: it is the first again. */
void gn_ahead_return(struct gn_ahead *w, struct gn_page *page);

/* page, which is out, is not to be fetched before until_us. */
void gn_ahead_delay(struct gn_ahead *w, struct gn_page *page, int64_t until_us);

/* page, which is out, is done; the caller frees it. */
void gn_ahead_done(struct gn_ahead *w, struct gn_page *page);

/* The ids of all pages in w, which the store may still have as left, in
 * ascending order and with *count; free with gn_free. NULL: no memory. */
int64_t *gn_ahead_ids(const struct gn_ahead *w, size_t *count);

/* Whether count ids, in ascending order, have id. */
bool gn_ahead_has(const int64_t *ids, size_t count, int64_t id);

#endif
