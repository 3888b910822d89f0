/** The many hues of a picture that is made of an item's id. */
function seedOf(text: string): number {
  let seed = 2_166_136_261; // FNV-1a
  for (const character of text) {
    seed ^= character.codePointAt(0) ?? 0;
    seed = Math.imul(seed, 16_777_619) >>> 0;
  }
  return seed;
}

const Hills = ({ seed }: { readonly seed: number }) => {
  const height = (at: number) => 34 + ((seed >>> at) % 38);
  return (
    <>
      <circle cx={40 + (seed % 170)} cy="38" r="20" className="label-light" />
      <path
        d={`M0 ${height(3)} Q60 ${height(7) - 20} 125 ${height(11)} T250 ${height(5)} V100 H0Z`}
        className="label-middle"
      />
      <path
        d={`M0 ${height(9) + 18} Q70 ${height(13)} 140 ${height(2) + 20} T250 ${height(15) + 12} V100 H0Z`}
        className="label-deep"
      />
    </>
  );
};

const Rings = ({ seed }: { readonly seed: number }) => (
  <>
    {[62, 46, 31, 17].map((radius, ring) => (
      <circle
        key={radius}
        cx={60 + (seed % 130)}
        cy={50 + (seed % 17)}
        r={radius}
        className={ring % 2 === 0 ? "label-middle" : "label-light"}
      />
    ))}
  </>
);

const Waves = ({ seed }: { readonly seed: number }) => (
  <>
    {[22, 44, 66, 88].map((y, wave) => (
      <path
        key={y}
        d={`M-20 ${y} q${20 + (seed % 9)} -18 45 0 t45 0 t45 0 t45 0 t45 0 t45 0 V110 H-20Z`}
        className={["label-light", "label-middle", "label-deep", "label-middle"][wave]}
      />
    ))}
  </>
);

const drawings = [Hills, Rings, Waves];

/** A picture for an item that has none: always the same for the same id. */
export function Label({ itemId }: { readonly itemId: string }) {
  const seed = seedOf(itemId);
  const Drawing = drawings[(seed >>> 4) % drawings.length] ?? Hills;
  return (
    <svg
      className="label"
      viewBox="0 0 250 100"
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
      style={{ "--hue": (seed >>> 7) % 360 } as React.CSSProperties}
    >
      <rect width="250" height="100" className="label-ground" />
      <Drawing seed={seed} />
    </svg>
  );
}
