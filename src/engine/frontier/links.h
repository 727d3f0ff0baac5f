/*
 * links.h - where a page of a crawl leads to: its links, found by the worker
 * that makes its rows, become pages of the crawl in the transaction of its run,
 * as far as they are within the crawl's bounds.
 *
 * Thread: the engine's.
 */
#ifndef GN_ENGINE_FRONTIER_LINKS_H
#define GN_ENGINE_FRONTIER_LINKS_H

#include "engine/job.h"

/* What a crawl knows of the links it has seen, and within which it stays. */
struct gn_links;

/* crawl is borrowed. Errors: INVALID (a pattern is wrong), NOMEM. */
enum garner_code gn_links_new(const struct gn_crawl *crawl,
                              struct gn_links **out, struct garner_error *err);
/* NULL is fine. */
void gn_links_free(struct gn_links *links);

/* Why job's crawl does not go to url, where its page was redirected to, as a
 * word; NULL: it does, or it is no crawl. */
const char *gn_links_bar(const struct gn_job *job, const char *url);

/* Has the worker look where job, which got an answer, leads to. Nothing happens
 * to a job of no crawl. */
void gn_links_begin(struct gn_job *job, const struct gn_response *response);

/* Keeps of what the worker found the links that are to be followed; a page that
 * is not to be kept has no rows. */
void gn_links_take(struct gn_job *job);

/* Adds to job's batch that its links are to be fetched, unless they were.
 * pass: the crawl's number. Errors: NOMEM. */
enum garner_code gn_links_add(struct gn_job *job, int64_t pass,
                              struct garner_error *err);

/* Whether job, which is stored, may have had links that are new. Those are
 * known from now on. */
bool gn_links_settled(struct gn_job *job);

/* Another crawl begins: nothing is known. */
void gn_links_forget(struct gn_links *links);

#endif
