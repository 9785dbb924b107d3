/** Labelled lines; a line without a label goes on with the one before. */
export function Remarks({ remarks }: { remarks: readonly (readonly [name: string, text: string])[] }) {
	if (remarks.length === 0) return null;
	return (
		<dl class="remarks">
			{remarks.map(([name, text], i) => (
				<div key={i}>
					<dt>{name}</dt>
					<dd>{text}</dd>
				</div>
			))}
		</dl>
	);
}
