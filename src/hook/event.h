/* event.h - what may happen to a source that somebody wants to hear of. */
#ifndef GN_HOOK_EVENT_H
#define GN_HOOK_EVENT_H

#include "garner/error.h"

/* Name, and the word for it in files and tables. */
#define GN_EVENT_MAP(X)                                                        \
    X(SUCCESS, "success") /* a run went well */                                \
    X(CHANGE, "change")   /* ... and its answer was another than the last */   \
    X(ERROR, "error")     /* a run failed */                                   \
    X(RECOVER, "recover") /* ... and the next one that did not */              \
    X(STALE, "stale")     /* it has gone well too long ago: max_age */

enum gn_event {
#define X(name, word) GN_EVENT_##name,
    GN_EVENT_MAP(X)
#undef X
        GN_EVENTS
};

/* The word. */
const char *gn_event_word(enum gn_event event);

/* Which one has that word; GN_EVENTS: none. */
enum gn_event gn_event_of(const char *word);

#endif
