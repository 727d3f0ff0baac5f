/*
 * expect.h - whether an answer is what it is expected to be. Pure: the rules
 * alone; what becomes of an answer that breaks one is for others to say.
 *
 * Thread: one at a time.
 */
#ifndef GN_ENGINE_EXPECT_EXPECT_H
#define GN_ENGINE_EXPECT_EXPECT_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "engine/expect/finding.h"
#include "garner/error.h"

struct gn_pattern;

/* The regular expressions of a gn_expect, made ready. */
struct gn_patterns {
    struct gn_pattern *match;     /* NULL: none */
    struct gn_pattern *not_match; /* NULL: none */
};

/* expect may be NULL. Errors: INVALID, NOMEM; nothing is left to free then. */
enum garner_code gn_expect_patterns(const struct gn_expect *expect,
                                    struct gn_patterns *patterns,
                                    struct garner_error *err);
void gn_expect_patterns_fini(struct gn_patterns *patterns);

/* Whether an answer of this status may be taken: as expect says; if that says
 * nothing (NULL, too), below 400. */
bool gn_expect_takes(const struct gn_expect *expect, int status);

/* An answer without its body. content_type: as the server said; NULL: it did
 * not. false: *finding says which rule it breaks. */
bool gn_expect_answer(const struct gn_expect *expect, int status,
                      const char *content_type, size_t size,
                      struct gn_finding *finding);

/* Its body; finding->rule is set when it breaks one. A match that takes too
 * many steps does, too. Errors: NOMEM. */
enum garner_code gn_expect_body(const struct gn_expect *expect,
                                const struct gn_patterns *patterns,
                                const char *body, size_t size,
                                struct gn_finding *finding,
                                struct garner_error *err);

#endif
