/*
 * import.h - other programs' files, taken over as a file for garner. What has
 * no counterpart is noted, not dropped in silence.
 *
 * Each borrows its text (size bytes) and adds to draft. Errors: INVALID (it is
 * no such file: where, why), NOMEM.
 */
#ifndef GN_IMPORT_IMPORT_H
#define GN_IMPORT_IMPORT_H

#include "garner/error.h"
#include "import/draft.h"

/* every: the interval of what has none of its own, like "1h". */
struct gn_import_options {
    const char *every;
};

/* A list of feeds (OPML 1.0 and 2.0, https://opml.org/spec2.opml): each becomes
 * a source whose entries become rows of one table. */
enum garner_code gn_import_opml(const char *text, size_t size,
                                const struct gn_import_options *options,
                                struct gn_draft *draft,
                                struct garner_error *err);

/* pfetch's urls.xml. */
enum garner_code gn_import_pfetch(const char *text, size_t size,
                                  const struct gn_import_options *options,
                                  struct gn_draft *draft,
                                  struct garner_error *err);

/* urlwatch's urls.yaml: a document for each page. */
enum garner_code gn_import_urlwatch(const char *text, size_t size,
                                    const struct gn_import_options *options,
                                    struct gn_draft *draft,
                                    struct garner_error *err);

#endif
