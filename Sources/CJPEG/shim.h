// TurboJPEG for whole pictures: errors come back as codes. For pictures that never are in memory as
// a whole, libjpeg's rows one after the other; its errors, which would end the process, become
// codes here.
#pragma once

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <turbojpeg.h>

/// A JPEG that is packed row by row.
typedef struct {
  struct jpeg_compress_struct jpeg;
  struct jpeg_error_mgr errors;
  struct jpeg_destination_mgr target;
  jmp_buf way_out;
  /// What was packed since `count` was last set to 0.
  unsigned char *bytes;
  size_t count, capacity;
} farmio_jpeg_rows;

static inline void farmio_jpeg_fail(j_common_ptr jpeg) {
  longjmp(((farmio_jpeg_rows *)jpeg->client_data)->way_out, 1);
}

static inline void farmio_jpeg_silence(j_common_ptr jpeg) { (void)jpeg; }

static inline void farmio_jpeg_start(j_compress_ptr jpeg) {
  farmio_jpeg_rows *rows = (farmio_jpeg_rows *)jpeg->client_data;
  rows->target.next_output_byte = rows->bytes + rows->count;
  rows->target.free_in_buffer = rows->capacity - rows->count;
}

/// The buffer is full: it doubles.
static inline boolean farmio_jpeg_grow(j_compress_ptr jpeg) {
  farmio_jpeg_rows *rows = (farmio_jpeg_rows *)jpeg->client_data;
  unsigned char *larger = (unsigned char *)realloc(rows->bytes, 2 * rows->capacity);
  if (!larger) longjmp(rows->way_out, 1);
  rows->bytes = larger;
  rows->count = rows->capacity;
  rows->capacity *= 2;
  farmio_jpeg_start(jpeg);
  return 1;
}

/// Notes how far the buffer is filled.
static inline void farmio_jpeg_stop(j_compress_ptr jpeg) {
  farmio_jpeg_rows *rows = (farmio_jpeg_rows *)jpeg->client_data;
  rows->count = rows->capacity - rows->target.free_in_buffer;
}

/// Ends it and gives back its memory.
static inline void farmio_jpeg_free(farmio_jpeg_rows *rows) {
  jpeg_destroy_compress(&rows->jpeg);
  free(rows->bytes);
  rows->bytes = NULL;
}

/// Begins a picture of RGB rows; from quality 90 on, colour has the full resolution. `rows` stays
/// where it is until it is freed. 0 if memory forbids it, or a side beyond 65,500 pixels; nothing is
/// to be freed then.
static inline int farmio_jpeg_begin(farmio_jpeg_rows *rows, unsigned width, unsigned height,
                                    int quality) {
  memset(rows, 0, sizeof *rows);
  rows->capacity = 1 << 16;
  rows->bytes = (unsigned char *)malloc(rows->capacity);
  if (!rows->bytes) return 0;
  rows->jpeg.err = jpeg_std_error(&rows->errors);
  rows->errors.error_exit = farmio_jpeg_fail;
  rows->errors.output_message = farmio_jpeg_silence;
  rows->jpeg.client_data = rows;
  if (setjmp(rows->way_out)) {
    farmio_jpeg_free(rows);
    return 0;
  }
  jpeg_create_compress(&rows->jpeg);
  rows->jpeg.client_data = rows;
  rows->target.init_destination = farmio_jpeg_start;
  rows->target.empty_output_buffer = farmio_jpeg_grow;
  rows->target.term_destination = farmio_jpeg_stop;
  rows->jpeg.dest = &rows->target;
  rows->jpeg.image_width = width;
  rows->jpeg.image_height = height;
  rows->jpeg.input_components = 3;
  rows->jpeg.in_color_space = JCS_RGB;
  jpeg_set_defaults(&rows->jpeg);
  jpeg_set_quality(&rows->jpeg, quality, 1);
  // As TurboJPEG chooses for whole pictures.
  rows->jpeg.dct_method = quality >= 96 ? JDCT_ISLOW : JDCT_FASTEST;
  if (quality >= 90)
    rows->jpeg.comp_info[0].h_samp_factor = rows->jpeg.comp_info[0].v_samp_factor = 1;
  jpeg_start_compress(&rows->jpeg, 1);
  farmio_jpeg_stop(&rows->jpeg);
  return 1;
}

/// Packs the next row of `width` RGB pixels; 0 if memory is short.
static inline int farmio_jpeg_row(farmio_jpeg_rows *rows, const unsigned char *row) {
  if (setjmp(rows->way_out)) return 0;
  farmio_jpeg_start(&rows->jpeg);
  JSAMPROW line = (JSAMPROW)row;
  jpeg_write_scanlines(&rows->jpeg, &line, 1);
  farmio_jpeg_stop(&rows->jpeg);
  return 1;
}

/// Packs what is left behind the last row; 0 if memory is short, or a row is missing.
static inline int farmio_jpeg_end(farmio_jpeg_rows *rows) {
  if (setjmp(rows->way_out)) return 0;
  farmio_jpeg_start(&rows->jpeg);
  jpeg_finish_compress(&rows->jpeg);
  return 1;
}
