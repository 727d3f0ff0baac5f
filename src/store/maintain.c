/*
 * maintain.c - garner/maintain.h: backups.
 */
#include "garner/maintain.h"

#include "base/error.h"
#include "store/backup.h"
#include "store/handle.h"

enum garner_code garner_backup(struct garner_store *store, const char *path,
                               bool replace, garner_progress *progress,
                               void *context, struct garner_error *err)
{
    struct gn_shard *s;
    const enum garner_code code = gn_handle_reads(store, &s, err);

    if (code != GARNER_OK)
        return code;
    if (path == NULL || path[0] == '\0')
        return gn_fail(err, GARNER_MISUSE,
                       "garner_backup: name the file to copy to");
    return gn_backup(s, path, replace, progress, context, err);
}
