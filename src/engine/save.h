/*
 * save.h - bodies that go to a file (body: save in a file of sources): where
 * one goes, and when it is put there.
 *
 * The fetch writes it beside that place (fetch/part.h). Once its whole body
 * came and what is read of it went well, another thread puts it there, before
 * the store has the run: what the store knows of is on the disk. A crash in
 * between leaves the new file, and the next run fetches it again.
 * What came of a body that was cut is kept until the source is tried again,
 * which then asks for the rest (fetch/resume.h).
 *
 * Thread: the engine's, but for gn_save_end.
 */
#ifndef GN_ENGINE_SAVE_H
#define GN_ENGINE_SAVE_H

#include "engine/job.h"

/* Whether job is to go on with what the attempt before got of a body: then it
 * asks for nothing else. */
bool gn_save_resumes(const struct gn_job *job);

/* Sets job->file, and has its target save there, if its source saves, and ask
 * for the rest of a body that was cut. Errors: INVALID (a value that no path
 * can have), IO, NOMEM. */
enum garner_code gn_save_begin(struct gn_job *job, struct garner_error *err);

/* Whether what active has of its version's answer is still where it was saved;
 * true, too, if it does not save. */
bool gn_save_stands(const struct gn_active *active);

/* Takes the file that response's body went to over, if that is to be kept. */
void gn_save_take(struct gn_job *job, struct gn_response *response);

/* Keeps what came of a body that was cut for the next attempt, if there is to
 * be one. */
void gn_save_keep(struct gn_job *job, struct gn_response *response);

/* Forgets that. */
void gn_save_forget(struct gn_active *active);

/* Whether job has a file to be put in its place. */
bool gn_save_waits(const struct gn_job *job);

/* Puts it there if the run has not failed; else it is gone. A failure becomes
 * the run's. Any thread, while the job is its. */
void gn_save_end(struct gn_job *job);

#endif
