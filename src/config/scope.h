/* scope.h - what the readers of a file's parts share. */
#ifndef GN_CONFIG_SCOPE_H
#define GN_CONFIG_SCOPE_H

#include "base/arena.h"
#include "config/config.h"
#include "config/secret.h"
#include "config/tree.h"

/* One mapping being read: defaults, or a source. */
struct gn_scope {
    /* constant */
    struct gn_arena *memory; /* the config's */
    const char *folder;      /* of the file; relative paths begin there */
    struct gn_zones *zones;  /* that the file names, in memory */
    const struct gn_notifier *notifiers; /* those of the file */
    size_t notifier_count;

    struct gn_source *source;        /* filled in */
    const struct gn_node *url;       /* looked at last, when vars are known */
    struct gn_secret *secrets;       /* that its values came from ... */
    struct gn_secret **of_variables; /* ... and each of source->vars */
    bool ack_said;
};

#endif
