/*
 * image.h - a database and its log as they lie on the disk at one moment, in
 * memory: what a process that is killed then leaves.
 *
 * Thread: one; nobody writes the files meanwhile.
 */
#ifndef FAULTS_IMAGE_H
#define FAULTS_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

struct image {
    void *database; /* NULL: there is none */
    size_t database_size;
    void *log;
    size_t log_size;
};

/* Reads the files of the database at path. */
struct image image_take(const char *path);

/* Writes them in place of what is there. */
void image_put(const struct image *image, const char *path);

void image_free(struct image *image);

#endif
