/*
 * crawl.h - the keys start and crawl: pages that lead to others.
 *
 * What is followed is a selector or SQL, which extract knows: whether it is one
 * is asked there, as for the SQL of rows (gn_extract_check_follow).
 */
#ifndef GN_CONFIG_CRAWL_H
#define GN_CONFIG_CRAWL_H

#include "config/scope.h"
#include "config/walk.h"

/* To be put in a table of keys, with a struct gn_scope as context. */
#define GN_CRAWL_KEYS                                                          \
    {"start", gn_crawl_start, NULL},                                           \
    {                                                                          \
        "crawl", gn_crawl_read, NULL                                           \
    }

/* Each keeps its node for finish. */
void gn_crawl_start(struct gn_problems *p, const struct gn_node *node,
                    void *scope);
void gn_crawl_read(struct gn_problems *p, const struct gn_node *node,
                   void *scope);

/* Reads what was kept, once all other keys of the source were: its variables
 * and rows are known. Problems of the whole are noted at key. Without such keys
 * nothing changes. */
void gn_crawl_finish(struct gn_problems *p, const struct gn_node *key,
                     struct gn_scope *scope);

#endif
