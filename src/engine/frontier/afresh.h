/* afresh.h - a pass that was cut short, and is not to be gone on with. */
#ifndef GN_ENGINE_FRONTIER_AFRESH_H
#define GN_ENGINE_FRONTIER_AFRESH_H

#include "garner/error.h"
#include "garner/store.h"

/* The source of this name, a crawl, begins a new pass when it is due next. None
 * is under way. That it has none, or is not known, is fine. Errors: those of
 * gn_schema_open, those of the store. */
enum garner_code gn_afresh(struct garner_store *store, const char *source,
                           struct garner_error *err);

#endif
