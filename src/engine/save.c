#include "engine/save.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "config/savepath.h"
#include "fetch/part.h"

/* Sets job->file to path, as all may use it, wherever they are. */
static enum garner_code find_file(struct gn_job *job, const char *path,
                                  struct garner_error *err)
{
    const char *folder = job->active->source->save.folder;
    char here[PATH_MAX] = "";

    if (folder == NULL || path[0] == '/')
        folder = "";
    if (path[0] != '/' && folder[0] != '/' && getcwd(here, sizeof here) == NULL)
        return gn_fail(err, GARNER_IO, "%s: the current folder has no path: %s",
                       path, strerrordesc_np(errno));
    job->file = gn_arena_printf(&job->arena, "%s%s%s%s%s", here,
                                here[0] != '\0' ? "/" : "", folder,
                                folder[0] != '\0' ? "/" : "", path);
    return job->file != NULL
               ? GARNER_OK
               : gn_fail(err, GARNER_NOMEM, "out of memory for a path");
}

void gn_save_forget(struct gn_active *active)
{
    struct gn_torso *b = active->torso;

    if (b == NULL)
        return;
    gn_part_free(b->part);
    gn_free(b->version);
    gn_free(b->file);
    gn_free(b);
    active->torso = NULL;
}

bool gn_save_resumes(const struct gn_job *job)
{
    return job->again && job->active->torso != NULL;
}

/* Asks for the rest of what is begun, which is forgotten; without memory, for
 * all. */
static enum garner_code resume(struct gn_job *job, struct garner_error *err)
{
    struct gn_active *a = job->active;
    struct gn_torso *b = a->torso;
    enum garner_code code = GARNER_OK;

    job->file = gn_job_text(job, b->file);
    if (job->file == NULL || !gn_target_save(a->target, job->file, false)) {
        code = gn_fail(err, GARNER_NOMEM, "out of memory for a path");
    } else {
        (void)gn_target_resume(a->target, b->part, b->version);
        b->part = NULL;
    }
    gn_save_forget(a);
    return code;
}

enum garner_code gn_save_begin(struct gn_job *job, struct garner_error *err)
{
    const struct gn_source *source = job->active->source;
    const char *path;
    enum garner_code code;

    if (source->save.path == NULL)
        return GARNER_OK;
    if (gn_save_resumes(job))
        return resume(job, err);
    gn_save_forget(job->active);
    code =
        gn_savepath_fill(source, gn_clock_wall_us(), &job->arena, &path, err);
    if (code == GARNER_OK)
        code = find_file(job, path, err);
    if (code == GARNER_OK && !gn_target_save(job->active->target, job->file,
                                             gn_config_reads_body(source)))
        code = gn_fail(err, GARNER_NOMEM, "out of memory for a path");
    return code;
}

bool gn_save_stands(const struct gn_active *active)
{
    const char *file = active->memory.answer_file;

    return active->source->save.path == NULL ||
           (file != NULL && access(file, F_OK) == 0);
}

/* Whether the folder of job->file is another than that of its source's last
 * one, so that nobody has looked yet what was left in it. */
static bool is_new_folder(struct gn_job *job)
{
    struct gn_active *a = job->active;
    const size_t size = (size_t)(strrchr(job->file, '/') - job->file);
    char *copy;

    if (a->swept != NULL && strlen(a->swept) == size &&
        memcmp(a->swept, job->file, size) == 0)
        return false;
    copy = gn_memdup(job->file, size);
    if (copy != NULL) {
        gn_free(a->swept);
        a->swept = copy;
    }
    return true;
}

void gn_save_take(struct gn_job *job, struct gn_response *response)
{
    if (response->part == NULL || response->version != NULL ||
        job->run.failure != NULL)
        return;
    job->part = response->part;
    response->part = NULL;
    job->sweeps = is_new_folder(job);
}

void gn_save_keep(struct gn_job *job, struct gn_response *response)
{
    struct gn_torso *b;

    if (response->part == NULL || response->version == NULL ||
        !job->tries_again)
        return;
    b = gn_alloc(sizeof *b);
    if (b == NULL)
        return;
    *b = (struct gn_torso){.part = response->part,
                           .version = gn_strdup(response->version),
                           .file = gn_strdup(job->file)};
    response->part = NULL;
    gn_save_forget(job->active);
    job->active->torso = b;
    if (b->version == NULL || b->file == NULL)
        gn_save_forget(job->active);
}

bool gn_save_waits(const struct gn_job *job)
{
    return job->part != NULL;
}

void gn_save_end(struct gn_job *job)
{
    struct garner_error err;

    if (job->part == NULL)
        return;
    if (job->sweeps)
        gn_part_sweep(job->part);
    if (job->run.failure == NULL) {
        job->is_saved = gn_part_commit(job->part, &err) == GARNER_OK;
        if (job->is_saved)
            job->run.file = job->file;
        else
            gn_job_fail(job, "save", err.message);
    }
    gn_part_free(job->part);
    job->part = NULL;
}
