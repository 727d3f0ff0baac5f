#include "engine/cookies.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "garner/read.h"

/* --- opening ------------------------------------------------------------- */

/* Gives the source of id its jar. *gone: it wants none. */
static enum garner_code hand_out(struct gn_active *const *actives, size_t count,
                                 int64_t id, const char *jar, bool *gone,
                                 struct garner_error *err)
{
    struct gn_active *a;
    size_t i = 0;

    *gone = false;
    while (i < count && actives[i]->memory.id != id)
        i++;
    if (i == count) /* not in this file, but perhaps in another */
        return GARNER_OK;
    a = actives[i];
    *gone = a->target == NULL || !gn_target_keeps_cookies(a->target);
    if (*gone)
        return GARNER_OK;
    a->jar = gn_strdup(jar);
    if (a->jar == NULL || !gn_target_set_jar(a->target, jar))
        return gn_fail(err, GARNER_NOMEM, "out of memory for cookies");
    return GARNER_OK;
}

static enum garner_code read_one(struct garner_rows *rows,
                                 struct gn_active *const *actives, size_t count,
                                 struct garner_batch *forget,
                                 struct garner_error *err)
{
    const struct garner_value id = garner_column(rows, 0);
    const struct garner_value jar = garner_column(rows, 1);
    char *text = gn_memdup(jar.bytes.data, jar.bytes.size);
    enum garner_code code;
    bool gone;

    if (text == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for cookies");
    code = hand_out(actives, count, id.integer, text, &gone, err);
    gn_free(text);
    if (code == GARNER_OK && gone)
        code = garner_batch_add(
            forget, "update garner_source set cookies = null where id = ?",
            GARNER_ARGS(id), err);
    return code;
}

static enum garner_code read_all(struct garner_store *store,
                                 struct gn_active *const *actives, size_t count,
                                 struct garner_batch *forget,
                                 struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code = garner_query(
        store,
        "select id, cookies from garner_source where cookies is not null",
        GARNER_ARGS(), &rows, err);

    if (code != GARNER_OK)
        return code;
    while ((code = garner_next(rows, err)) == GARNER_ROW) {
        code = read_one(rows, actives, count, forget, err);
        if (code != GARNER_OK)
            break;
    }
    garner_rows_close(rows);
    return code == GARNER_DONE ? GARNER_OK : code;
}

enum garner_code gn_cookies_open(struct garner_store *store,
                                 struct gn_active *const *actives, size_t count,
                                 struct garner_error *err)
{
    struct garner_batch *forget;
    enum garner_code code = garner_batch_new(&forget, err);

    if (code != GARNER_OK)
        return code;
    code = read_all(store, actives, count, forget, err);
    if (code == GARNER_OK && garner_batch_count(forget) > 0)
        code = garner_write(store, forget, NULL, err);
    garner_batch_free(forget);
    return code;
}

void gn_cookies_close(struct gn_active *active)
{
    gn_free(active->jar);
    active->jar = NULL;
}

/* --- a fetch ------------------------------------------------------------- */

void gn_cookies_take(struct gn_job *job, const struct gn_response *response)
{
    struct gn_active *a = job->active;
    const char *jar;
    char *copy;

    if (response->cookies == NULL)
        return;
    jar = gn_buf_cstr(response->cookies);
    if (strcmp(a->jar != NULL ? a->jar : "", jar) == 0) {
        job->changes_jar = job->changes_jar || a->jar_unsure;
        return;
    }
    copy = gn_strdup(jar);
    if (copy == NULL || !gn_target_set_jar(a->target, jar)) {
        /* The source goes on with what it had. */
        gn_free(copy);
        (void)gn_target_set_jar(a->target, a->jar != NULL ? a->jar : "");
        return;
    }
    gn_free(a->jar);
    a->jar = copy;
    job->changes_jar = true;
}

enum garner_code gn_cookies_add(struct gn_job *job, struct garner_error *err)
{
    const char *jar = job->active->jar;

    if (!job->changes_jar)
        return GARNER_OK;
    /* The newest one, though a job that is stored again may be older. */
    return garner_batch_add(
        job->batch, "update garner_source set cookies = ?2 where id = ?1",
        GARNER_ARGS(garner_integer(job->active->memory.id),
                    garner_text(jar[0] != '\0' ? jar : NULL)),
        err);
}

void gn_cookies_settled(struct gn_job *job, bool stored)
{
    if (job->changes_jar)
        job->active->jar_unsure = !stored;
}
