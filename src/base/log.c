#include "base/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/thread.h"

/* constant after the program's start */
static atomic_int threshold = GN_LOG_INFO;
static atomic_bool as_json;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* guarded by lock */
static void (*line_sink)(void *, const char *);
static void *sink_context;

static const char *const names[] = {"error", "warn", "info", "debug"};

void gn_log_set_level(enum gn_log_level level)
{
    atomic_store(&threshold, (int)level);
}

void gn_log_set_json(bool json)
{
    atomic_store(&as_json, json);
}

void gn_log_set_sink(void (*sink)(void *context, const char *line),
                     void *context)
{
    gn_lock(&lock);
    line_sink = sink;
    sink_context = context;
    gn_unlock(&lock);
}

static void format_json(struct gn_buf *line, enum gn_log_level level,
                        const char *source, const char *message)
{
    struct gn_json j;
    char time[32];

    gn_clock_format(gn_clock_wall_us(), time);
    gn_json_init(&j, line);
    gn_json_open(&j, '{');
    gn_json_key(&j, "time");
    gn_json_text(&j, time);
    gn_json_key(&j, "level");
    gn_json_text(&j, names[level]);
    if (source != NULL) {
        gn_json_key(&j, "source");
        gn_json_text(&j, source);
    }
    gn_json_key(&j, "message");
    gn_json_text(&j, message);
    gn_json_close(&j, '}');
}

static void format_text(struct gn_buf *line, enum gn_log_level level,
                        const char *source, const char *message)
{
    char time[32];

    gn_clock_format(gn_clock_wall_us(), time);
    gn_buf_printf(line, "%s %-5s ", time, names[level]);
    if (source != NULL)
        gn_buf_printf(line, "%s: ", source);
    for (; *message != '\0'; message++) /* one event, one line */
        gn_buf_byte(line,
                    (char)((unsigned char)*message < ' ' ? ' ' : *message));
}

void gn_log(enum gn_log_level level, const char *source, const char *format,
            ...)
{
    struct gn_buf line = {0};
    char message[1024];
    va_list args;

    if ((int)level > atomic_load(&threshold))
        return;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (atomic_load(&as_json))
        format_json(&line, level, source, message);
    else
        format_text(&line, level, source, message);
    gn_buf_byte(&line, '\n');
    gn_lock(&lock);
    if (gn_buf_failed(&line))
        fputs("log: out of memory\n", stderr);
    else if (line_sink != NULL)
        line_sink(sink_context, gn_buf_cstr(&line));
    else
        fputs(gn_buf_cstr(&line), stderr);
    gn_unlock(&lock);
    gn_buf_fini(&line);
}
