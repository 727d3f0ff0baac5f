/*
 * child.h - runs a command of the user's: its argv, without a shell, in a
 * session and process group of its own, with a deadline. What it reads is
 * given, what it says (standard output and error together) is kept, bounded.
 *
 * It gets no descriptor but 0, 1 and 2 (all others of the program close on exec
 * from then on), and no signal ignored or blocked. When it has ended, whoever
 * it left running has a second to let go of its output, and is then left alone;
 * past the deadline the whole group is ended.
 *
 * Thread: the loop's. SIGPIPE must be ignored: a command need not read all.
 */
#ifndef GN_HOOK_CHILD_H
#define GN_HOOK_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/buf.h"
#include "garner/error.h"

struct gn_child;

struct gn_child_spec {
    const char *const *argv; /* the command, a path or looked for in PATH, and
                                its arguments; NULL at the end */
    const char *const *env;  /* "NAME=value", besides the program's own and
                                before it; NULL at the end; or NULL */
    const char *folder;      /* where it runs; NULL: where the program does */
    const void *input;       /* on its standard input; borrowed until done */
    size_t input_size;       /* 0: that is /dev/null */
    int64_t timeout_ms;      /* above 0 */
    size_t output_max;       /* bytes of output that are kept, the first */
};

enum gn_child_fate {
    GN_CHILD_EXITED,
    GN_CHILD_KILLED,  /* by a signal */
    GN_CHILD_LATE,    /* it took too long, and was ended */
    GN_CHILD_STOPPED, /* by gn_child_stop */
};

struct gn_child_end {
    enum gn_child_fate fate;
    int status;           /* EXITED: of its exit; KILLED: the signal */
    struct gn_buf output; /* taken or freed when done returns */
    bool is_cut;          /* there was more */
    int64_t duration_us;
    int64_t timeout_ms;
};

/* It has ended. May take end->output. */
typedef void gn_child_done(void *context, struct gn_child_end *end);

/* Starts it; done is called once, from the loop, unless this call fails.
 * *out, until then, is for gn_child_stop. Errors: NOTFOUND and IO (it cannot be
 * run: which, why), NOMEM. */
enum garner_code gn_child_start(uv_loop_t *loop,
                                const struct gn_child_spec *spec,
                                gn_child_done *done, void *context,
                                struct gn_child **out,
                                struct garner_error *err);

/* Ends it before its time: asks it to (SIGTERM), and kills it if it has not
 * ended two seconds later. */
void gn_child_stop(struct gn_child *child);

/* true: it did what it should. */
bool gn_child_did_well(const struct gn_child_end *end);

/* What became of it, for people: "exit status 3". */
void gn_child_tell(const struct gn_child_end *end, struct gn_buf *text);

#endif
