/*
 * rules.h - a host's robots.txt as it is known: what the last answer said, for
 * how long that may be used, and its row in the store:
 *
 *   garner_robots  a row a host whose robots.txt was asked for
 *
 * Names and meanings are documented in docs/tables.md. While it cannot be had,
 * what it said before counts for up to 30 days (RFC 9309 section 2.4); if that
 * is nothing, nothing is allowed.
 *
 * Thread: the engine's. Times are those of the wall clock, in microseconds.
 */
#ifndef GN_ENGINE_HOST_RULES_H
#define GN_ENGINE_HOST_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "config/config.h"
#include "fetch/robots.h"
#include "fetch/validator.h"
#include "garner/store.h"
#include "garner/write.h"

/* All zero: it was not asked for yet. */
struct gn_rules {
    uint64_t version; /* another with each answer; 0: none came */
    enum gn_robots_access access;
    char *text; /* its own; NULL unless access is RULES, or they are empty */
    size_t size;
    char *etag;              /* of text; its own; NULL: none */
    char *modified;          /* the same of its Last-Modified */
    enum gn_failure failure; /* of the last request, and its ... */
    int status;              /* ... status; 0: it is not known any more */
    int64_t asked_us;        /* when access and text came */
    int64_t until_us;        /* it is asked for again then */
};

void gn_rules_fini(struct gn_rules *r);

/* What asks for the robots.txt of the host of that name ("http://h:80"): as
 * source asks for its own URL, by the same way and as the same client, but
 * without what is that one's: what it sends, and who it logs in as. It points
 * into *url, which gets the URL. */
struct gn_request gn_rules_request(const struct gn_source *source,
                                   const char *host, struct gn_buf *url);

/* Whether it need not be asked for. */
bool gn_rules_fresh(const struct gn_rules *r, int64_t wall_us);

/* What a request for it may ask with for another version alone; borrowed. */
struct gn_validators gn_rules_validators(const struct gn_rules *r);

/* Learns the answer to a request for it, and moves its body out. Without memory
 * for that it is as if it could not be had. */
void gn_rules_learn(struct gn_rules *r, struct gn_response *response,
                    int64_t wall_us);

/* What they say to a source that fetches url, as this User-Agent (NULL:
 * garner's). rule is within the text. Without memory: nothing is allowed. */
void gn_rules_ask(const struct gn_rules *r, const char *url,
                  const char *user_agent, struct gn_robots_verdict *out);

/* Why they forbid it, a sentence; host is their host's name. */
void gn_rules_refusal(const struct gn_rules *r, const char *host,
                      const char *url, const char *user_agent, char text[300]);

/* Adds the statement that keeps them for the host of that name; it changes just
 * one row. Errors: NOMEM. */
enum garner_code gn_rules_add(struct garner_batch *batch, const char *host,
                              const struct gn_rules *r,
                              struct garner_error *err);

/* Fills *r, all zero, with what is kept. Errors: those of the store, NOMEM. */
enum garner_code gn_rules_recall(struct garner_store *store, const char *host,
                                 struct gn_rules *r, struct garner_error *err);

#endif
