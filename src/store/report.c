#include "store/report.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/thread.h"
#include "garner/store.h"

typedef void log_sink(void *context, const char *line);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* guarded by lock */
static log_sink *current;
static void *current_context;

void garner_set_log(void (*sink)(void *context, const char *line),
                    void *context)
{
    gn_lock(&lock);
    current = sink;
    current_context = context;
    gn_unlock(&lock);
}

void gn_report(const char *format, ...)
{
    char line[512];
    log_sink *sink;
    void *context;
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    gn_lock(&lock);
    sink = current;
    context = current_context;
    gn_unlock(&lock);
    if (sink != NULL)
        sink(context, line);
    else
        fprintf(stderr, "garner: %s\n", line);
}
