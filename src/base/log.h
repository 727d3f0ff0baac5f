/*
 * log.h - one line an event, to stderr, for people or as JSON lines.
 *
 * Thread: any; a line is written whole. Set-up calls belong to the start of the
 * program, before its threads.
 */
#ifndef GN_BASE_LOG_H
#define GN_BASE_LOG_H

#include <stdbool.h>

enum gn_log_level {
    GN_LOG_ERROR,
    GN_LOG_WARN,
    GN_LOG_INFO,
    GN_LOG_DEBUG,
};

/* Lines above level are dropped; the default is GN_LOG_INFO. */
void gn_log_set_level(enum gn_log_level level);

/* true: {"time":...,"level":...,"source":...,"message":...} lines. */
void gn_log_set_json(bool json);

/* Called instead of writing to stderr, e.g. to keep a live screen whole; NULL
 * takes it back. line ends with a newline. */
void gn_log_set_sink(void (*sink)(void *context, const char *line),
                     void *context);

/* Writes a line; source says whom it is about, NULL: the program. */
void gn_log(enum gn_log_level level, const char *source, const char *format,
            ...) __attribute__((format(printf, 3, 4)));

#endif
