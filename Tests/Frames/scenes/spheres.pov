// POV-Ray's part: some spheres over a chequered floor.
#version 3.7;
global_settings { assumed_gamma 1.0 }
camera { location <0, 3, -8> look_at <0, 1, 0> angle 45 }
light_source { <10, 14, -12> rgb 1.4 }
background { rgb <0.25, 0.4, 0.65> }
plane { y, 0 pigment { checker rgb 0.8 rgb 0.15 } finish { reflection 0.15 } }
#declare Step = 0;
#while (Step < 5)
  sphere {
    <Step * 1.4 - 2.8, 1 + 0.4 * sin(Step + clock * 6), sin(Step * 2)>, 0.8
    pigment { rgb <0.2 + Step * 0.15, 0.5, 0.9 - Step * 0.15> }
    finish { phong 0.9 reflection 0.2 }
  }
  #declare Step = Step + 1;
#end
