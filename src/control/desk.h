/*
 * desk.h - the Unix socket at which a running collector is asked.
 *
 *   asked:     words with tabs between them and a newline at the end, at most
 *              GN_DESK_ASKED_MOST bytes
 *   answered:  "ok\n" and what there is to say, or "error CODE text\n" (a
 *              number of enum garner_code), and the end
 *
 * It runs on a thread of its own. Who asks slowly, or reads slowly, keeps
 * nobody waiting: there is room for GN_DESK_MOST at a time, and whoever has
 * been silent longest makes room for the next. Only the user that the process
 * runs as, and root, are answered.
 */
#ifndef GN_CONTROL_DESK_H
#define GN_CONTROL_DESK_H

#include <stddef.h>

#include "base/buf.h"
#include "garner/error.h"

enum { GN_DESK_MOST = 64, GN_DESK_ASKED_MOST = 64 * 1024 };

struct gn_desk;

struct gn_desk_calls {
    void *context;
    /* Answers count words (at least one; each may be empty) by appending to
     * out. On the desk's thread: others wait meanwhile. */
    enum garner_code (*answer)(void *context, const char *const *words,
                               size_t count, struct gn_buf *out,
                               struct garner_error *err);
};

/* Listens at path (what is there is removed: hold the lock of sole.h) and
 * answers from now on. Copies calls. Errors: IO, NOTFOUND (the folder),
 * NOMEM. */
enum garner_code gn_desk_open(const char *path,
                              const struct gn_desk_calls *calls,
                              struct gn_desk **out, struct garner_error *err);

/* Ends the connections and the thread; the socket is removed. NULL is fine. */
void gn_desk_close(struct gn_desk *d);

#endif
