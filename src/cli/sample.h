/*
 * sample.h - the answer by which a source is tried: fetched now, or stored by a
 * run, or a file. Nothing is written.
 *
 * Thread: one at a time. It waits.
 */
#ifndef GN_CLI_SAMPLE_H
#define GN_CLI_SAMPLE_H

#include <stdint.h>

#include "cli/one.h"
#include "cli/outcome.h"
#include "cli/pick.h"
#include "config/config.h"
#include "garner/store.h"

/* Where it comes from; all zero: it is fetched. */
struct gn_sample_from {
    const char *body; /* this file, as if it came with status 200 */
    int64_t run;      /* what the run of this garner_run.id got */
    const char *url;  /* of a source with many, this one; NULL: the first, or
                         the run's */
};

/* All zero is none. */
struct gn_sample {
    const struct gn_source *source; /* that it is an answer to: of many URLs, it
                                       has one */
    struct gn_one answer;
    struct gn_pick pick; /* what source is then */
};

/* Gets it for source; store NULL: there is none yet. All is borrowed until
 * gn_sample_fini, which is called whatever comes of this. Complains about what
 * goes wrong, a fetch that failed, too. */
enum gn_exit gn_sample_get(const struct gn_sample_from *from,
                           const struct gn_source *source,
                           struct garner_store *store,
                           struct gn_sample *sample);
void gn_sample_fini(struct gn_sample *sample);

#endif
