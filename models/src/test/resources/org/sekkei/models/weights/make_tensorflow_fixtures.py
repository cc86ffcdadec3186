"""Writes the TensorFlow bundles beside this file. Made with Python 3.11 and TensorFlow; the tests do not run it."""

import os
import pathlib
import tempfile

import numpy as np
import tensorflow as tf

HERE = pathlib.Path(__file__).parent


def keep(prefix, name):
    for file in pathlib.Path(prefix).parent.glob(pathlib.Path(prefix).name + ".*"):
        suffix = file.name[len(pathlib.Path(prefix).name) :]
        if suffix != ".meta":
            os.replace(file, HERE / (name + suffix))


folder = tempfile.mkdtemp()
with tf.Graph().as_default(), tf.compat.v1.Session() as session:
    for scope in ("Network/Network/Depth/conv1", "Network/Network/SR/fea1"):
        tf.compat.v1.get_variable(scope + "/weights", initializer=np.arange(12, dtype=np.float32).reshape(1, 2, 3, 2))
        tf.compat.v1.get_variable(scope + "/biases", initializer=np.array([1.5, -2.5], dtype=np.float32))
    for name in "float64 float16 bfloat16 int64 int32 int16 int8 uint8".split():
        tf.compat.v1.get_variable(name, initializer=tf.cast(tf.reshape(tf.range(6) + 1, (2, 3)), name))
    tf.compat.v1.get_variable("bool", initializer=np.array([True, False, True]))
    session.run(tf.compat.v1.global_variables_initializer())
    keep(tf.compat.v1.train.Saver().save(session, folder + "/saver"), "saver")
keep(tf.train.Checkpoint(weight=tf.Variable([1.0, 2.0])).write(folder + "/objects"), "objects")
