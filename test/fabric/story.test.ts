import { describeStory } from '../e2e/describe-story.ts';
import { describeFabric } from './describe-fabric.ts';

describeFabric('the same story', () => {
  describeStory('fabric');
});
