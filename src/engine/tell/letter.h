/* letter.h - messages in words: as a command's environment, as text, and as
 * JSON. Pure. */
#ifndef GN_ENGINE_TELL_LETTER_H
#define GN_ENGINE_TELL_LETTER_H

#include "base/arena.h"
#include "base/buf.h"
#include "engine/tell/outbox.h"

/* "GARNER_EVENT=change" and its like, and more (NULL: none), NULL at the end,
 * in memory; NULL: no memory. */
const char *const *gn_letter_env(const struct gn_message *m,
                                 const char *const *more,
                                 struct gn_arena *memory);

/* What a notifier's command reads: a line of text for each. */
void gn_letter_text(const struct gn_message *messages, size_t count,
                    struct gn_buf *out);

/* What a hook's request says: one object. */
void gn_letter_json(const struct gn_message *m, struct gn_buf *out);

/* What a notifier's does: {"text": all the text, "messages": [objects]}. */
void gn_letter_json_all(const struct gn_message *messages, size_t count,
                        struct gn_buf *out);

#endif
